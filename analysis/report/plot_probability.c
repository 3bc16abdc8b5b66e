/* plot_probability.c - posterior probabilities as bars against the priors. */
#include <math.h>

#include "analysis/report/plot_parts.h"
#include "analysis/report/words.h"

bool probability_possible(const struct report_input *input)
{
    return input->verdict->n_scenarios > 0;
}

static void print_row(FILE *out, const struct scenario_verdict *scenario, size_t row)
{
    char value[64];
    words_probability(value, sizeof value, scenario->probability, scenario->probability_se,
                      "\xC2\xB1");
    fputs("set label ", out);
    plot_text(out, scenario->name, PLOT_NAME_COLUMNS);
    fprintf(out, " at graph -0.015, first %zu right textcolor rgb '%s'\n", row, COLOUR_INK);
    fputs("set label ", out);
    plot_text(out, value, 20);
    fprintf(out, " at graph 1.02, first %zu left textcolor rgb '%s'\n", row, COLOUR_INK);
}

/* The row that is never left out. */
static void print_none_row(FILE *out, const struct verdict *verdict, size_t row)
{
    char p[32], text[120];
    words_p_statement(p, sizeof p, verdict->none_p_value);
    snprintf(text, sizeof text,
             verdict->none_rejected ? "%s: all explanations fail" : "%s: not called for", p);
    fprintf(out, "set label 'none of these' at graph -0.015, first %zu right textcolor rgb '%s'\n",
            row, COLOUR_INK);
    fprintf(out, "set label '%s' at graph 0.015, first %zu left textcolor rgb '%s'\n", text, row,
            verdict->none_rejected ? COLOUR_ORANGE : COLOUR_INK);
}

static void print_data(FILE *out, const struct verdict *verdict)
{
    fputs("$rows << END\n", out);
    for (size_t row = 0; row < verdict->n_scenarios; row++) {
        const struct scenario_verdict *scenario = &verdict->scenarios[verdict->by_probability[row]];
        double p = scenario->probability, reach = 2 * scenario->probability_se;
        fprintf(out, "%zu %.6g %.6g %.6g %.6g\n", row, 100 * p, 100 * fmax(0, p - reach),
                100 * fmin(1, p + reach), 100 * scenario->prior);
    }
    fputs("END\n", out);
}

/* What the marks mean, on one line at the foot. */
static void print_legend(FILE *out, double height)
{
    double y = 14 / height;
    fprintf(out,
            "set object 1 rectangle from screen 0.31, screen %.4f to screen 0.36, screen %.4f fc "
            "rgb '%s' fs solid noborder\n"
            "set label 'probability' at screen 0.37, screen %.4f left textcolor rgb '%s'\n",
            y - 6 / height, y + 6 / height, COLOUR_BLUE, y, COLOUR_INK);
    fprintf(out,
            "set arrow 2 from screen 0.52, screen %.4f to screen 0.57, screen %.4f heads size "
            "screen 0.006,90 lw 1.4 lc rgb '%s'\n"
            "set label 'simulation error' at screen 0.58, screen %.4f left textcolor rgb '%s'\n",
            y, y, COLOUR_INK, y, COLOUR_INK);
    fprintf(out,
            "set arrow 3 from screen 0.78, screen %.4f to screen 0.78, screen %.4f nohead lw 3 lc "
            "rgb '%s'\n"
            "set label 'prior' at screen 0.79, screen %.4f left textcolor rgb '%s'\n",
            y - 8 / height, y + 8 / height, COLOUR_ORANGE, y, COLOUR_INK);
}

int probability_print(FILE *out, const struct report_input *input, struct message *message)
{
    (void)message;
    const struct verdict *verdict = input->verdict;
    size_t n = verdict->n_scenarios;
    double height = 74 + 26 * (double)(n + 1);
    plot_head(out, (int)height);
    print_data(out, verdict);
    for (size_t row = 0; row < n; row++)
        print_row(out, &verdict->scenarios[verdict->by_probability[row]], row);
    print_none_row(out, verdict, n);
    print_legend(out, height);
    fprintf(out,
            "set lmargin at screen 0.31\nset rmargin at screen 0.85\n"
            "set bmargin at screen %.4f\nset tmargin at screen %.4f\n"
            "set border 1\nunset ytics\nset xrange [0:100]\nset yrange [%zu.6:-0.6]\n"
            "set xtics 0,20,100\nset format x '%%g %%%%'\n"
            "set grid xtics lc rgb '%s' lw 0.4\n"
            "set arrow 1 from graph 0, first %zu.5 to graph 1, first %zu.5 nohead lc rgb '%s'\n",
            64 / height, 1 - 4 / height, n, COLOUR_GREY, n - 1, n - 1, COLOUR_GREY);
    fprintf(out,
            "plot $rows using 2:1:(0):2:($1-0.3):($1+0.3) with boxxyerror lc rgb '%s', "
            "$rows using 2:1:3:4 with xerrorbars pt 0 lw 1.4 lc rgb '%s', "
            "$rows using 5:($1-0.42):(0):(0.84) with vectors nohead lw 3 lc rgb '%s'\n",
            COLOUR_BLUE, COLOUR_INK, COLOUR_ORANGE);
    return STATUS_OK;
}
