#include "sim/sensor.h"

#include <math.h>
#include <stdlib.h>

#define MAX_OUTAGES 256
#define RECENT 1024 /* rows looked back for duplicates, a power of two */

const char *const sensor_position_words[] = {"authority", "below", "lists", NULL};

const struct param_row sensor_rows[] = {
    [SENSOR_KEEP] = {"keep", UNIT_FRACTION, 0, 1, "1", "probability that a query is recorded",
                     NULL},
    [SENSOR_UNEVEN] = {"uneven", UNIT_NONE, 0, 10, "0",
                       "standard deviation, over asking addresses, of the log-odds of keep", NULL},
    [SENSOR_STRANGERS] = {"strangers", UNIT_FRACTION, 0, 1, "1",
                          "probability that an address of no party is seen at all", NULL},
    [SENSOR_VISIBLE] = {"visible", UNIT_FRACTION, 0, 1, "1",
                        "probability that an asking address is seen at all", NULL},
    [SENSOR_OUTAGES_PER_WEEK] = {"outages", UNIT_PER_WEEK, 0, 50, "0",
                                 "silent stretches of the sensor", NULL},
    [SENSOR_OUTAGE_HOURS] = {"outage_length", UNIT_HOUR, 0, 1000, "12",
                             "mean length of a silent stretch (exponential)", NULL},
    [SENSOR_DUPLICATES] = {"duplicates", UNIT_FRACTION, 0, 1, "0",
                           "probability that a row is recorded twice", NULL},
    [SENSOR_MERGE_WITHIN_S] = {"merge_within", UNIT_SECOND, 0, 864000, "0",
                               "same client and question again within this time: dropped", NULL},
    [SENSOR_ROUND_S] = {"round", UNIT_SECOND, 0, 86400, "0",
                        "time stamps are cut down to multiples of this", NULL},
    EDIT_ROWS(SENSOR_EDITS),
    [SENSOR_N_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

void sensor_free(struct sensor *self)
{
    free(self->sees_name);
    self->sees_name = NULL;
}

static size_t draw_outages(const struct sensor *self, const double *param, struct rng *rng,
                           struct outage outages[MAX_OUTAGES])
{
    double rate_per_us = param[SENSOR_OUTAGES_PER_WEEK] / (7.0 * (double)US_PER_DAY);
    double length_us = param[SENSOR_OUTAGE_HOURS] * (double)US_PER_HOUR;
    size_t n = 0;
    double t = (double)self->from_us;
    while (rate_per_us > 0.0 && n < MAX_OUTAGES) {
        t += rng_exponential(rng) / rate_per_us;
        if (t >= (double)self->until_us)
            break;
        double end = t + rng_exponential(rng) * length_us;
        outages[n].from_us = (time_us)t;
        outages[n++].until_us = (time_us)fmin(end, (double)self->until_us);
        t = end;
    }
    return n;
}

static bool is_visible(const struct sensor *self, const double *param, struct rng_key key,
                       uint32_t client)
{
    double probability = param[SENSOR_VISIBLE];
    if (client >= self->n_known)
        probability *= param[SENSOR_STRANGERS];
    if (probability >= 1.0)
        return true;
    struct rng rng;
    rng_init(&rng, key, rng_mix(self->entity ^ UINT64_C(0x76697369626c65), client));
    return rng_uniform(&rng) < probability;
}

/* The share of one address's queries that is recorded: keep, shifted on the scale of log-odds. */
static double keep_of(const struct sensor *self, const double *param, struct rng_key key,
                      uint32_t client)
{
    double keep = param[SENSOR_KEEP];
    if (!(param[SENSOR_UNEVEN] > 0.0) || keep <= 0.0 || keep >= 1.0)
        return keep;
    struct rng rng;
    rng_init(&rng, key, rng_mix(self->entity ^ UINT64_C(0x756e6576656e), client));
    double odds = keep / (1.0 - keep) * exp(param[SENSOR_UNEVEN] * rng_normal(&rng));
    return odds / (1.0 + odds);
}

/* What holds for every query of one address is worked out once: few addresses ask often. */
#define ADDRESSES 64 /* a power of two */

struct address {
    uint32_t client;
    bool known, visible;
    double keep;
};

static const struct address *address_of(struct address table[ADDRESSES], const struct sensor *self,
                                        const double *param, struct rng_key key, uint32_t client)
{
    struct address *address = &table[client % ADDRESSES];
    if (!address->known || address->client != client)
        *address = (struct address){.client = client,
                                    .known = true,
                                    .visible = is_visible(self, param, key, client),
                                    .keep = keep_of(self, param, key, client)};
    return address;
}

static time_us round_down(time_us t, time_us step)
{
    if (step <= 1)
        return t;
    return t >= 0 ? t - t % step : t - ((t % step) + step) % step;
}

/* Looks back over rows already kept, newest first. */
static bool seen_within(const struct query_array *out, const struct query *q, time_us t,
                        double within_s)
{
    time_us oldest = t - (time_us)(within_s * 1e6);
    for (size_t i = out->n; i > 0 && out->n - i < RECENT; i--) {
        const struct query *other = &out->q[i - 1];
        if (other->time_us < oldest)
            return false;
        if (other->client == q->client && other->name == q->name && other->type == q->type)
            return true;
    }
    return false;
}

/* Puts a query down as it is recorded. */
static int write_row(const struct sensor *self, const struct query *q, time_us t,
                     struct query_array *out)
{
    struct query *row = query_array_push(out);
    if (row == NULL)
        return STATUS_RUN;
    *row = *q;
    row->time_us = t;
    if (!(self->columns & COLUMN_TYPE))
        row->type = TYPE_UNKNOWN;
    if (!(self->columns & COLUMN_SERVER))
        row->server = 0;
    return STATUS_OK;
}

/* Whether a query lies in the sensor's window, outside its silent stretches, and is of a name that
 * it sees. */
static bool is_heard(const struct sensor *self, const struct query *q,
                     const struct outage *next_outage, const struct outage *outages_end)
{
    if (q->time_us < self->from_us || q->time_us >= self->until_us)
        return false;
    if (next_outage < outages_end && q->time_us >= next_outage->from_us)
        return false;
    return self->sees_name == NULL || q->name >= self->n_names || self->sees_name[q->name];
}

int sensor_record(const struct sensor *self, const double *values, struct rng_key key,
                  const struct query_array *in, struct query_array *out)
{
    const double *param = values + self->first_param;
    struct outage outages[MAX_OUTAGES];
    struct address addresses[ADDRESSES] = {{0}};
    struct rng silence, start;
    rng_init(&silence, key, self->entity);
    const struct outage *next = outages;
    const struct outage *end = outages + draw_outages(self, param, &silence, outages);
    double twice = param[SENSOR_DUPLICATES], merge_s = param[SENSOR_MERGE_WITHIN_S];
    time_us step = (time_us)(param[SENSOR_ROUND_S] * 1e6);
    rng_init(&start, key, self->entity + 1); /* thinning stays aligned whatever the outages do */
    struct rng rng = start; /* nobody else holds its address, so it can live in registers */
    out->n = 0;
    if (query_array_reserve(out, in->n) != STATUS_OK)
        return STATUS_RUN;
    for (size_t i = 0; i < in->n; i++) {
        const struct query *q = &in->q[i];
        const struct address *address = address_of(addresses, self, param, key, q->client);
        bool kept = address->keep >= 1.0 || rng_uniform(&rng) < address->keep;
        bool doubled = twice > 0.0 && rng_uniform(&rng) < twice;
        while (next < end && next->until_us <= q->time_us)
            next++;
        if (!kept || !address->visible || !is_heard(self, q, next, end))
            continue;
        time_us t = round_down(q->time_us, step);
        if (merge_s > 0.0 && seen_within(out, q, t, merge_s))
            continue;
        if (write_row(self, q, t, out) != STATUS_OK ||
            (doubled && write_row(self, q, t, out) != STATUS_OK))
            return STATUS_RUN;
    }
    return edit_apply(param + SENSOR_EDITS, key, self->entity, self->from_us, self->until_us, out);
}
