#include "analysis/report/examples.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_statistics_double.h>

#include "analysis/report/column.h"
#include "sim/trial.h"

#define DISTANCE_MAX 3.0
#define DAYS_MAX 4000

/* ---- the nearest trial ---- */

static double distance(const struct evidence *evidence, size_t column, double simulated,
                       double scale)
{
    const struct fact *fact = evidence->facts != NULL ? evidence->facts[column] : NULL;
    double wanted = fact != NULL ? fact->value : evidence->observed[column];
    if (fact == NULL && isnan(wanted))
        return isnan(simulated) ? 0 : DISTANCE_MAX;
    if (!isfinite(simulated))
        return DISTANCE_MAX;
    if (fact != NULL && fact->kind == FACT_INTERVAL)
        wanted = fmin(fmax(simulated, fact->low), fact->high);
    double gap = fabs(simulated - wanted);
    if (gap == 0 || !isfinite(wanted))
        return 0;
    return scale > 0 ? fmin(gap / scale, DISTANCE_MAX) : DISTANCE_MAX;
}

uint64_t nearest_trial(const struct evidence *evidence, const struct reference *reference,
                       size_t scenario, const double *scale)
{
    size_t n = reference->n_columns;
    const double *rows = reference->raw + scenario * reference->trials * n;
    uint64_t nearest = 0;
    double least = INFINITY;
    for (uint64_t t = 0; t < reference->trials; t++) {
        double sum = 0;
        for (size_t c = 0; c < n; c++) {
            double d = distance(evidence, c, rows[t * n + c], scale[c]);
            sum += d * d;
        }
        if (sum < least) {
            least = sum;
            nearest = t;
        }
    }
    return nearest;
}

/* Half the central 68 % of each column over all scenarios. */
static int spreads(const struct reference *reference, double *scale, struct message *message)
{
    double *values = malloc(reference->n_scenarios * COLUMN_TRIALS_MAX * sizeof *values);
    if (values == NULL)
        return fail(message, STATUS_RUN, "no pictures: out of memory");
    for (size_t c = 0; c < reference->n_columns; c++) {
        size_t n = column_gather_all(reference, c, values);
        scale[c] = n == 0 ? 0
                          : 0.5 * (gsl_stats_quantile_from_sorted_data(values, 1, n, 0.84) -
                                   gsl_stats_quantile_from_sorted_data(values, 1, n, 0.16));
    }
    free(values);
    return STATUS_OK;
}

static int find_trials(struct examples *self, const struct evidence *evidence,
                       const struct reference *reference, struct message *message)
{
    double *scale = calloc(reference->n_columns + 1, sizeof *scale);
    if (scale == NULL)
        return fail(message, STATUS_RUN, "no pictures: out of memory");
    int status = spreads(reference, scale, message);
    for (size_t s = 0; status == STATUS_OK && s < reference->n_scenarios; s++)
        self->trial[s] = nearest_trial(evidence, reference, s, scale);
    free(scale);
    return status;
}

/* ---- which log, and what the facts say of its volume ---- */

/* Is this a fact about the volume of a whole log? Gives the range of counts that it allows. */
static bool volume_fact(const struct evidence *evidence, size_t column, double *low, double *high)
{
    const struct fact *fact = evidence->facts != NULL ? evidence->facts[column] : NULL;
    const struct statistic_request *request = &evidence->requests[column];
    if (fact == NULL || request->statistic == NULL || request->who.member != NULL ||
        request->name != INTERN_NONE || request->type != TYPE_UNKNOWN)
        return false;
    bool is_log = strcmp(request->statistic->name, "log_count") == 0;
    if (!is_log && strcmp(request->statistic->name, "count") != 0)
        return false;
    *low = fact->kind == FACT_VALUE ? fact->value - 1.96 * fact->sd : fact->low;
    *high = fact->kind == FACT_VALUE ? fact->value + 1.96 * fact->sd : fact->high;
    if (is_log) { /* ln(1 + n) */
        *low = expm1(*low);
        *high = expm1(*high);
    }
    return isfinite(*low) && isfinite(*high) && *high > 0;
}

static uint32_t choose_sensor(const struct evidence *evidence, uint32_t n_sensors)
{
    uint32_t best = 0;
    size_t most = 0;
    for (size_t c = 0; c < evidence->n; c++) {
        double low, high;
        if (volume_fact(evidence, c, &low, &high))
            return evidence->requests[c].sensor;
    }
    for (uint32_t sensor = 0; sensor < n_sensors; sensor++) {
        size_t n = 0;
        for (size_t c = 0; c < evidence->n; c++)
            n += evidence->requests[c].sensor == sensor;
        if (n > most) {
            most = n;
            best = sensor;
        }
    }
    return best;
}

static void find_levels(struct examples *self, const struct evidence *evidence, uint32_t sensor)
{
    for (size_t c = 0; c < evidence->n && self->days.n_levels < EXAMPLE_LEVELS_MAX; c++) {
        const struct statistic_request *request = &evidence->requests[c];
        double low, high;
        double n_days = (double)(request->until_us - request->from_us) / (double)US_PER_DAY;
        if (!volume_fact(evidence, c, &low, &high) || request->sensor != sensor || !(n_days > 0))
            continue;
        self->levels[self->days.n_levels++] = (struct daily_level){
            .label = request->label,
            .first_day = (double)(request->from_us - self->days.first_day_us) / (double)US_PER_DAY,
            .n_days = n_days,
            .low = fmax(0, low) / n_days,
            .high = high / n_days};
    }
}

/* ---- counts ---- */

static time_us day_start(time_us t)
{
    time_us into_day = t % US_PER_DAY;
    return t - (into_day < 0 ? into_day + US_PER_DAY : into_day);
}

static void count_days(const struct query_array *log, const struct example_days *days,
                       double *counts)
{
    for (size_t i = 0; i < log->n; i++) {
        time_us day = (log->q[i].time_us - days->first_day_us) / US_PER_DAY;
        if (log->q[i].time_us >= days->first_day_us && day < (time_us)days->n_days)
            counts[day] += 1;
    }
}

static int run_trials(struct examples *self, const struct case_file *case_file, uint32_t sensor,
                      uint64_t seed, struct message *message)
{
    struct trial trial;
    int status = trial_init(&trial, &case_file->world);
    if (status != STATUS_OK)
        status = fail(message, STATUS_RUN, "no pictures: out of memory");
    for (int s = 0; status == STATUS_OK && s < case_file->n_scenarios; s++) {
        status = trial_run(&trial, &case_file->scenarios[s].plan, seed, self->trial[s], message);
        if (status == STATUS_OK)
            count_days(&trial.logs[sensor], &self->days,
                       self->counts + (size_t)s * self->days.n_days);
    }
    trial_free(&trial);
    return status;
}

int examples_make(struct examples *self, const struct case_file *case_file,
                  const struct evidence *evidence, const struct reference *reference, uint64_t seed,
                  struct message *message)
{
    const struct world *world = &case_file->world;
    memset(self, 0, sizeof *self);
    if (world->n_sensors == 0 || reference->n_scenarios != (size_t)case_file->n_scenarios ||
        reference->n_columns != evidence->n)
        return fail(message, STATUS_RUN,
                    "no pictures: the reference table is not one of this case");
    uint32_t sensor = choose_sensor(evidence, world->n_sensors);
    const struct sensor *chosen = &world->sensors[sensor];
    self->days.first_day_us = day_start(chosen->from_us);
    time_us n_days = (chosen->until_us - self->days.first_day_us + US_PER_DAY - 1) / US_PER_DAY;
    self->days.n_days = n_days < 1 ? 1 : n_days > DAYS_MAX ? DAYS_MAX : (size_t)n_days;
    self->trial = calloc(reference->n_scenarios + 1, sizeof *self->trial);
    self->counts = calloc(reference->n_scenarios * self->days.n_days + 1, sizeof *self->counts);
    if (self->trial == NULL || self->counts == NULL)
        return fail(message, STATUS_RUN, "no pictures: out of memory");
    self->days.counts = self->counts;
    self->days.levels = self->levels;
    snprintf(self->what, sizeof self->what, "all queries that sensor \"%.100s\" recorded",
             chosen->name != NULL ? chosen->name : "");
    self->days.what = self->what;
    find_levels(self, evidence, sensor);
    int status = find_trials(self, evidence, reference, message);
    return status == STATUS_OK ? run_trials(self, case_file, sensor, seed, message) : status;
}

void examples_free(struct examples *self)
{
    free(self->trial);
    free(self->counts);
    memset(self, 0, sizeof *self);
}
