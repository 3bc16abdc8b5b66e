/* plot_reliability.c - how often what was said came true, in held-out trials. */
#include <math.h>

#include "analysis/report/plot_parts.h"

bool reliability_possible(const struct report_input *input)
{
    const struct certificate *certificate = &input->verdict->certificate;
    for (int i = 0; i < RELIABILITY_BINS; i++)
        if (certificate->reliability[i].weight > 0)
            return true;
    return false;
}

/* 95 % interval of a share (Wilson 1927). */
static void wilson(double share, double n, double *low, double *high)
{
    const double z = 1.96;
    double centre = (share + z * z / (2 * n)) / (1 + z * z / n);
    double reach = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n);
    *low = fmax(0, centre - reach);
    *high = fmin(1, centre + reach);
}

static double print_data(FILE *out, const struct certificate *certificate)
{
    double most = 0;
    fputs("$bins << END\n", out);
    for (int i = 0; i < RELIABILITY_BINS; i++) {
        const struct reliability_bin *bin = &certificate->reliability[i];
        double low, high;
        if (!(bin->weight > 0))
            continue;
        wilson(bin->happened, bin->weight, &low, &high);
        fprintf(out, "%.6g %.6g %.6g %.6g %.6g %.6g\n", 100 * bin->said, 100 * bin->happened,
                100 * low, 100 * high, bin->weight, (i + 0.5) * 100 / RELIABILITY_BINS);
        most = fmax(most, bin->weight);
    }
    fputs("END\n", out);
    return most;
}

int reliability_print(FILE *out, const struct report_input *input, struct message *message)
{
    (void)message;
    const struct certificate *certificate = &input->verdict->certificate;
    plot_head(out, 520);
    double most = print_data(out, certificate);
    fprintf(out,
            "set lmargin at screen 0.13\nset rmargin at screen 0.96\n"
            "set xrange [0:100]\nset xtics 0,10,100\nset grid lc rgb '%s' lw 0.4\n"
            "set multiplot\n"
            "set tmargin at screen 0.97\nset bmargin at screen 0.40\n"
            "set yrange [0:100]\nset ytics 0,20,100\nset format y '%%g %%%%'\nset format x ''\n"
            "set ylabel 'was right'\n",
            COLOUR_GREY);
    fprintf(out,
            "plot x with lines lw 1 dt 2 lc rgb '%s', "
            "$bins using 1:2:3:4 with yerrorbars pt 7 ps 0.7 lw 1.5 lc rgb '%s'\n",
            COLOUR_GREY, COLOUR_BLUE);
    fprintf(out,
            "set tmargin at screen 0.36\nset bmargin at screen 0.13\n"
            "set yrange [0:%.6g]\nset ytics 0,%.6g\nset format y '%%g'\n"
            "set format x '%%g %%%%'\nset ylabel 'trials'\n"
            "set xlabel '%s'\nset boxwidth %g\n"
            "plot $bins using 6:5 with boxes lc rgb '%s'\nunset multiplot\n",
            most * 1.1, plot_step(most),
            certificate->n_classes == 2 ? "probability said (of the second explanation)"
                                        : "probability said (of the explanation chosen)",
            80.0 / RELIABILITY_BINS, COLOUR_GREY);
    return STATUS_OK;
}
