/* Any text as a prior; what is accepted can be drawn, lies in its range and can be printed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/config_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct param_row row = {"x", UNIT_SECOND, 0, 1e6, "1", "a duration", NULL};
    char text[300], printed[600];
    struct message message;
    struct dist dist;
    size_t n = size < sizeof text ? size : sizeof text - 1;
    memcpy(text, data, n);
    text[n] = '\0';
    gsl_set_error_handler_off();
    if (dist_parse(&dist, text, &row, &message) != STATUS_OK)
        return 0;
    struct rng rng;
    struct rng_key key = {1, 2};
    rng_init(&rng, key, 3);
    for (int i = 0; i < 4; i++) {
        double x = dist_draw(&dist, &rng);
        if (!(x >= row.min && x <= row.max))
            abort();
    }
    dist_print(&dist, &row, printed, sizeof printed);
    return 0;
}
