#include "tests/support/statistics_support.h"

#include "tests/support/check.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

static void add_party(struct world *world, uint32_t i, const char *name, uint32_t first_resolver,
                      uint32_t n_resolvers)
{
    struct party *party = &world->parties[i];
    party->name = name;
    party->first_resolver = first_resolver;
    party->n_resolvers = n_resolvers;
    party->client = NO_INDEX;
    int64_t holiday = (world->from_us / US_PER_DAY) + 3;
    assert_int_equal(civil_grid_init(&party->grid, &party->timezone, world->from_us,
                                     world->until_us > world->from_us ? world->until_us
                                                                      : world->from_us + US_PER_DAY,
                                     &holiday, 1),
                     STATUS_OK);
}

void make_world(struct world *world, time_us from_us, time_us until_us)
{
    world_init(world);
    world->from_us = world->start_us = from_us;
    world->until_us = until_us;
    for (int i = 0; i < 5; i++) {
        char text[16];
        uint32_t id;
        int length = snprintf(text, sizeof text, "client-%d", i);
        assert_int_equal(intern_add(&world->clients, text, (size_t)length, &id), STATUS_OK);
    }
    static const char *const names[] = {"a.example", "A.Example.corp.test", "a.examples"};
    for (int i = 0; i < 3; i++) {
        uint32_t id;
        assert_int_equal(intern_add(&world->names, names[i], strlen(names[i]), &id), STATUS_OK);
    }
    world->n_sensors = 2;
    world->sensors = calloc(2, sizeof *world->sensors);
    world->n_resolvers = 3;
    world->resolvers = calloc(3, sizeof *world->resolvers);
    world->n_parties = 2;
    world->parties = calloc(2, sizeof *world->parties);
    assert_non_null(world->sensors);
    assert_non_null(world->resolvers);
    assert_non_null(world->parties);
    for (uint32_t i = 0; i < 3; i++)
        world->resolvers[i].client = i;
    for (uint32_t i = 0; i < 2; i++) {
        world->sensors[i].name = i == 0 ? "near" : "far";
        world->sensors[i].from_us = from_us;
        world->sensors[i].until_us = until_us;
        world->sensors[i].source = -1;
    }
    world->parties[0].timezone = timezone_fixed(3 * 3600);
    world->parties[1].timezone = timezone_fixed(-5 * 3600);
    world->parties[1].timezone.n = 2;
    world->parties[1].timezone.from_us[1] =
        from_us + (until_us - from_us) / 2 / US_PER_HOUR * US_PER_HOUR;
    world->parties[1].timezone.offset_s[1] = -4 * 3600;
    add_party(world, 0, "east", 0, 2);
    add_party(world, 1, "west", 2, 1);
}

struct statistic_request make_request(const struct world *world, const char *name,
                                      unsigned n_settings, ...)
{
    struct statistic_request request;
    const struct statistic *statistic = statistic_find(name);
    if (statistic == NULL)
        print_error("no statistic '%s'\n", name);
    assert_non_null(statistic);
    statistic_request_init(&request, statistic, world, 0);
    va_list settings;
    va_start(settings, n_settings);
    for (unsigned i = 0; i < n_settings; i++)
        request.param[i] = va_arg(settings, double);
    va_end(settings);
    return request;
}

double compute_request(const struct world *world, const struct query_array *logs,
                       const struct statistic_request *request)
{
    struct panel *panel;
    struct panel_space *space;
    struct message message = {""};
    double out = 0;
    if (panel_create(&panel, world, request, 1, &message) != STATUS_OK)
        print_error("%s\n", message.text);
    assert_non_null(panel);
    assert_int_equal(panel_space_create(&space, panel), STATUS_OK);
    assert_int_equal(panel_compute(panel, space, logs, &out), STATUS_OK);
    panel_space_free(space);
    panel_free(panel);
    return out;
}

void check_close(const char *what, double value, double expected, double tolerance)
{
    bool both_nan = isnan(value) && isnan(expected);
    double scale = fabs(expected) > 0.1 ? fabs(expected) : 0.1;
    if (both_nan || fabs(value - expected) <= tolerance * scale)
        return;
    print_error("%s: %.12g, expected %.12g\n", what, value, expected);
    assert_true(false);
}
