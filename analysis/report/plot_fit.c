/* plot_fit.c - where the observed statistics lie among the simulated logs of each explanation. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sort.h>

#include "analysis/report/column.h"
#include "analysis/report/plot_parts.h"
#include "analysis/report/words.h"

#define ROWS_MAX 8             /* statistics shown */
#define BANDS_MAX PLOT_COLOURS /* explanations shown: the most probable */

/* One statistic against each shown explanation, in percentiles among all simulated logs. */
struct fit_row {
    size_t column;
    double low[BANDS_MAX], median[BANDS_MAX], high[BANDS_MAX];
    double observed, observed_low, observed_high; /* observed: NAN for an interval */
    double spread;                                /* between the explanations' medians */
};

struct fit_picture {
    const struct report_input *input;
    size_t n_bands, n_rows;
    struct fit_row *rows; /* of all columns, most telling first */
    double *pooled, *own; /* working space */
};

bool fit_possible(const struct report_input *input)
{
    const struct reference *reference = input->reference;
    return reference != NULL && reference->n_columns > 0 && reference->trials > 0 &&
           reference->n_columns == input->verdict->evidence->n &&
           reference->n_scenarios == input->verdict->n_scenarios;
}

/* Most telling first; equal ones in the order of the columns. */
static int by_spread(const void *a, const void *b)
{
    const struct fit_row *x = a, *y = b;
    if (x->spread != y->spread)
        return x->spread < y->spread ? 1 : -1;
    return (x->column > y->column) - (x->column < y->column);
}

/* Middle percentile of a value among sorted ones: ties count half. */
static double percentile(const double *sorted, size_t n, double value)
{
    size_t below = 0, upto = 0;
    if (n == 0 || isnan(value))
        return NAN;
    for (size_t step = (size_t)1 << 40; step > 0; step /= 2) {
        if (below + step <= n && sorted[below + step - 1] < value)
            below += step;
        if (upto + step <= n && sorted[upto + step - 1] <= value)
            upto += step;
    }
    return 50.0 * (double)(below + upto) / (double)n;
}

static double quantile(const double *sorted, size_t n, double q)
{
    return n == 0 ? NAN : sorted[(size_t)lround(q * (double)(n - 1))];
}

static void place_observed(struct fit_row *row, const struct evidence *evidence,
                           const double *pooled, size_t n)
{
    const struct fact *fact = evidence->facts != NULL ? evidence->facts[row->column] : NULL;
    double value = fact == NULL ? evidence->observed[row->column] : fact->value;
    double reach = fact == NULL ? 0 : 1.96 * fact->sd;
    double low = value - reach, high = value + reach;
    bool is_interval = fact != NULL && fact->kind == FACT_INTERVAL;
    if (is_interval) {
        low = fact->low;
        high = fact->high;
    }
    if (isnan(low) && isnan(high)) { /* undefined in the observed log: no mark */
        row->observed = row->observed_low = row->observed_high = NAN;
        return;
    }
    row->observed = is_interval ? NAN : percentile(pooled, n, value);
    row->observed_low = percentile(pooled, n, low);
    row->observed_high = percentile(pooled, n, high);
}

static void place(struct fit_picture *picture, size_t column)
{
    const struct report_input *input = picture->input;
    struct fit_row *row = &picture->rows[column];
    double least = INFINITY, most = -INFINITY;
    memset(row, 0, sizeof *row);
    row->column = column;
    size_t n = column_gather_all(input->reference, column, picture->pooled);
    for (size_t b = 0; b < picture->n_bands; b++) {
        size_t own = column_gather(input->reference, input->verdict->by_probability[b], column,
                                   picture->own, 0);
        gsl_sort(picture->own, 1, own);
        row->low[b] = percentile(picture->pooled, n, quantile(picture->own, own, 0.025));
        row->median[b] = percentile(picture->pooled, n, quantile(picture->own, own, 0.5));
        row->high[b] = percentile(picture->pooled, n, quantile(picture->own, own, 0.975));
        least = fmin(least, row->median[b]);
        most = fmax(most, row->median[b]);
    }
    row->spread = most >= least ? most - least : -1;
    place_observed(row, input->verdict->evidence, picture->pooled, n);
}

static int place_all(struct fit_picture *picture, struct message *message)
{
    const struct reference *reference = picture->input->reference;
    picture->pooled = malloc(reference->n_scenarios * COLUMN_TRIALS_MAX * sizeof *picture->pooled);
    picture->own = malloc(COLUMN_TRIALS_MAX * sizeof *picture->own);
    picture->rows = malloc(reference->n_columns * sizeof *picture->rows);
    if (picture->pooled == NULL || picture->own == NULL || picture->rows == NULL)
        return fail(message, STATUS_RUN, "out of memory for a picture");
    for (size_t c = 0; c < reference->n_columns; c++)
        place(picture, c);
    qsort(picture->rows, reference->n_columns, sizeof *picture->rows, by_spread);
    return STATUS_OK;
}

/* ---- drawing: row r covers y in [r, r + 1) ---- */

static double band_y(const struct fit_picture *picture, size_t row, size_t band)
{
    return (double)row + 0.1 + 0.8 * ((double)band + 0.5) / (double)picture->n_bands;
}

static void print_data(FILE *out, const struct fit_picture *picture)
{
    fputs("$observed << END\n", out);
    for (size_t r = 0; r < picture->n_rows; r++) {
        const struct fit_row *row = &picture->rows[r];
        fprintf(out, "%zu %.6g %.6g %.6g\n", r, row->observed, row->observed_low,
                row->observed_high);
    }
    fputs("END\n", out);
    for (size_t b = 0; b < picture->n_bands; b++) {
        fprintf(out, "$band%zu << END\n", b);
        for (size_t r = 0; r < picture->n_rows; r++) {
            const struct fit_row *row = &picture->rows[r];
            fprintf(out, "%.6g %.6g %.6g %.6g\n", band_y(picture, r, b), row->median[b],
                    row->low[b], row->high[b]);
        }
        fputs("END\n", out);
    }
}

static void print_labels(FILE *out, const struct fit_picture *picture)
{
    const struct evidence *evidence = picture->input->verdict->evidence;
    for (size_t r = 0; r < picture->n_rows; r++) {
        size_t column = picture->rows[r].column;
        const struct fact *fact = evidence->facts != NULL ? evidence->facts[column] : NULL;
        char value[80];
        if (fact != NULL)
            words_fact(value, sizeof value, fact, "\xC2\xB1");
        else
            words_number(value, sizeof value, evidence->observed[column]);
        fputs("set label ", out);
        plot_text(out, evidence->requests[column].label, PLOT_NAME_COLUMNS + 2);
        fprintf(out, " at graph -0.05, first %zu.38 right textcolor rgb '%s'\n", r, COLOUR_INK);
        fputs("set label ", out);
        plot_text(out, value, PLOT_NAME_COLUMNS + 2);
        fprintf(out,
                " at graph -0.05, first %zu.68 right font 'sans-serif,11' textcolor rgb '%s'\n", r,
                COLOUR_GREY);
        for (size_t b = 0; b < picture->n_bands; b++)
            fprintf(out,
                    "set label '%zu' at graph -0.02, first %.4f center font 'sans-serif,8' "
                    "textcolor rgb '%s'\n",
                    b + 1, band_y(picture, r, b), COLOUR_GREY);
    }
}

static void print_legend(FILE *out, const struct fit_picture *picture, double height)
{
    const struct verdict *verdict = picture->input->verdict;
    for (size_t b = 0; b < picture->n_bands; b++) {
        double x = b % 2 == 0 ? 0.06 : 0.55,
               y = (14 + 20.0 * (double)((picture->n_bands - 1) / 2 - b / 2)) / height;
        fprintf(out,
                "set arrow from screen %.4f, screen %.4f to screen %.4f, screen %.4f nohead lw 5 "
                "lc rgb '%s'\n",
                x, y, x + 0.035, y, plot_colours[b]);
        fprintf(out, "set label '%zu' at screen %.4f, screen %.4f left textcolor rgb '%s'\n", b + 1,
                x + 0.045, y, COLOUR_GREY);
        fputs("set label ", out);
        plot_text(out, verdict->scenarios[verdict->by_probability[b]].name, 40);
        fprintf(out, " at screen %.4f, screen %.4f left textcolor rgb '%s'\n", x + 0.065, y,
                COLOUR_INK);
    }
}

static void print_plot(FILE *out, const struct fit_picture *picture)
{
    fputs("plot $observed using (0):1:3:4:($1+0.04):($1+0.96) with boxxyerror fs transparent solid "
          "0.4 lc rgb '#808080'",
          out);
    for (size_t b = 0; b < picture->n_bands; b++)
        fprintf(out,
                ", $band%zu using 3:1:($4-$3):(0) with vectors nohead lw 3 lc rgb '%s', "
                "$band%zu using 2:1 with points pt 7 ps 0.55 lc rgb '%s'",
                b, plot_colours[b], b, plot_colours[b]);
    fprintf(out,
            ", $observed using 2:($1+0.04):(0):(0.92) with vectors nohead lw 2.2 lc rgb '%s'\n",
            COLOUR_INK);
}

static void print_picture(FILE *out, const struct fit_picture *picture)
{
    int legend = 20 * (int)((picture->n_bands + 1) / 2) + 14;
    int band = picture->n_bands > 3 ? 10 : 14;
    int row = band * (int)picture->n_bands + 8 < 44 ? 44 : band * (int)picture->n_bands + 8;
    int height = row * (int)picture->n_rows + 58 + legend;
    plot_head(out, height);
    print_data(out, picture);
    print_labels(out, picture);
    print_legend(out, picture, height);
    fprintf(out,
            "set lmargin at screen 0.385\nset rmargin at screen 0.97\n"
            "set tmargin at screen %.4f\nset bmargin at screen %.4f\n"
            "set border 1\nunset ytics\nset yrange [%zu:0]\nset xrange [-0.5:100.5]\n"
            "set xtics 0,25,100\nset format x '%%g %%%%'\nset grid xtics lc rgb '%s' lw 0.4\n"
            "set xlabel 'percentile among all simulated logs'\n",
            1 - 8.0 / height, (legend + 48.0) / height, picture->n_rows, COLOUR_GREY);
    for (size_t r = 1; r < picture->n_rows; r++)
        fprintf(out,
                "set arrow from graph -0.62, first %zu to graph 1, first %zu nohead lw 0.5 lc rgb "
                "'%s'\n",
                r, r, COLOUR_GREY);
    print_plot(out, picture);
}

int fit_print(FILE *out, const struct report_input *input, struct message *message)
{
    struct fit_picture picture = {.input = input};
    size_t n = input->verdict->n_scenarios;
    picture.n_bands = n < BANDS_MAX ? n : BANDS_MAX;
    int status = place_all(&picture, message);
    picture.n_rows =
        input->reference->n_columns < ROWS_MAX ? input->reference->n_columns : ROWS_MAX;
    if (status == STATUS_OK)
        print_picture(out, &picture);
    free(picture.pooled);
    free(picture.own);
    free(picture.rows);
    return status;
}
