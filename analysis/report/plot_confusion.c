/* plot_confusion.c - what was chosen when each explanation was true, as a heat map. */
#include <math.h>

#include "analysis/report/plot_parts.h"

bool confusion_possible(const struct report_input *input)
{
    const struct certificate *certificate = &input->verdict->certificate;
    return certificate->confusion != NULL && certificate->n_rows > 0 &&
           certificate->n_classes == input->verdict->n_scenarios && certificate->n_classes > 1;
}

/* White to dark blue. */
static unsigned shade(double share)
{
    static const double light[3] = {0xf4, 0xf7, 0xfb}, dark[3] = {0x08, 0x30, 0x6b};
    double level = sqrt(share < 0 ? 0 : share > 1 ? 1 : share);
    unsigned colour = 0;
    for (int i = 0; i < 3; i++)
        colour = colour << 8 | (unsigned)lround(light[i] + level * (dark[i] - light[i]));
    return colour;
}

static void print_cells(FILE *out, const struct certificate *certificate)
{
    size_t n = certificate->n_classes;
    fputs("$cells << END\n", out);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            fprintf(out, "%zu %zu %u\n", j, i, shade(certificate->confusion[i * n + j]));
    fputs("END\n", out);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double share = certificate->confusion[i * n + j];
            if (share >= 0.005)
                fprintf(out,
                        "set label '%.0f' at first %zu, first %zu center front font 'sans-serif,%d'"
                        " textcolor rgb '%s'\n",
                        100 * share, j, i, n > 10 ? 10 : 12, share > 0.2 ? "#ffffff" : "#111112");
        }
}

static void print_names(FILE *out, const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->n_scenarios; i++) {
        fputs("set label ", out);
        plot_text(out, verdict->scenarios[i].name, PLOT_NAME_COLUMNS);
        fprintf(out, " at screen 0.314, first %zu right textcolor rgb '%s'\n", i, COLOUR_INK);
        fprintf(out, "set label '%zu' at screen 0.352, first %zu right textcolor rgb '%s'\n", i + 1,
                i, COLOUR_GREY);
        fprintf(out,
                "set label '%zu' at first %zu, graph 1 center offset 0,0.6 textcolor rgb '%s'\n",
                i + 1, i, COLOUR_GREY);
    }
}

int confusion_print(FILE *out, const struct report_input *input, struct message *message)
{
    (void)message;
    const struct verdict *verdict = input->verdict;
    size_t n = verdict->n_scenarios;
    int cell_px = n > 10 ? 26 : n > 5 ? 34 : 54;
    int height = 62 + cell_px * (int)n;
    plot_head(out, height);
    print_cells(out, &verdict->certificate);
    print_names(out, verdict);
    double right = 0.36 + (double)cell_px * 1.0 * (double)n / PLOT_WIDTH_PX;
    fprintf(out,
            "set lmargin at screen 0.36\nset rmargin at screen %.4f\n"
            "set tmargin at screen %.4f\nset bmargin at screen %.4f\n"
            "unset border\nunset tics\nset xrange [-0.5:%zu.5]\nset yrange [%zu.5:-0.5]\n"
            "set label 'chosen' at first -0.5, graph 1 left offset 0,1.7 textcolor rgb '%s'\n"
            "set label 'true' at screen 0.314, graph 1 right offset 0,0.6 textcolor rgb '%s'\n",
            right > 0.99 ? 0.99 : right, 1 - 50.0 / height, 12.0 / height, n - 1, n - 1,
            COLOUR_GREY, COLOUR_GREY);
    fputs("plot $cells using 1:2:($1-0.49):($1+0.49):($2-0.48):($2+0.48):3 with boxxyerror lc rgb "
          "variable\n",
          out);
    return STATUS_OK;
}
