#include "sim/sensor.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/hits.h"

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
    [SENSOR_SHUFFLED] =
        {"shuffled", UNIT_FRACTION, 0, 1, "0",
         "probability that the order of rows was lost: those of one time stamp come "
         "in random order",
         NULL},
    EDIT_ROWS(SENSOR_EDITS),
    [SENSOR_N_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

void sensor_free(struct sensor *self)
{
    free(self->sees_name);
    self->sees_name = NULL;
}

/* Silent stretches. */
struct outage {
    time_us from_us, until_us;
};

/* Those of a log, one after the other. */
struct outages {
    struct rng rng;
    double per_us, length_us; /* rate between two of them, mean length */
    double t, until_us;
};

static struct outages begin_outages(const struct sensor *self, const double *param,
                                    struct rng_key key)
{
    struct outages outages = {
        .per_us = param[SENSOR_OUTAGES_PER_WEEK] / (7.0 * (double)US_PER_DAY),
        .length_us = param[SENSOR_OUTAGE_HOURS] * (double)US_PER_HOUR,
        .t = (double)self->from_us,
        .until_us = (double)self->until_us,
    };
    rng_init(&outages.rng, key, self->entity);
    return outages;
}

/* False where there is none any more. */
static bool next_outage(struct outages *self, struct outage *outage)
{
    if (!(self->per_us > 0.0))
        return false;
    self->t += rng_exponential(&self->rng) / self->per_us;
    if (self->t >= self->until_us)
        return false;
    double end = self->t + rng_exponential(&self->rng) * self->length_us;
    *outage = (struct outage){(time_us)self->t, (time_us)fmin(end, self->until_us)};
    self->t = end;
    return true;
}

/* What holds for every query of one address is worked out once: few addresses ask often. */
#define ADDRESSES 64 /* a power of two */

struct address {
    uint32_t client; /* in an empty place one that belongs elsewhere */
    bool visible;
    uint64_t limit; /* a row is kept where the upper 53 of 64 random bits are below it */
};

#define FIRST_COLUMN offsetof(struct query, type)
static_assert(sizeof(struct query) == FIRST_COLUMN + sizeof(uint64_t), "type, server, flags");

/* Work in progress on one log. */
struct recording {
    const struct sensor *sensor;
    const double *param;
    struct rng_key key;
    uint64_t visible_key; /* mixed with an address: the chance that decides whether it is seen */
    bool by_row;          /* keep differs between addresses or is small: one draw for each row */
    struct rng rng;       /* of those draws */
    struct hits dropped, doubled; /* rows, by index in the input */
    time_us step_us;
    uint64_t column_mask; /* of copy_row */
    struct query_array *out;
    struct address addresses[ADDRESSES];
};

/* The number that 53 random bits must be below to give a uniform number below p. */
static uint64_t limit_of(double p)
{
    return (uint64_t)ceil(p * 0x1p53);
}

static bool is_visible(const struct recording *self, uint32_t client)
{
    double probability = self->param[SENSOR_VISIBLE];
    if (client >= self->sensor->n_known)
        probability *= self->param[SENSOR_STRANGERS];
    return rng_mix(self->visible_key, client) >> 11 < limit_of(probability);
}

/* The share of one address's queries that is recorded: keep, shifted on the scale of log-odds. */
static double keep_of(const struct recording *self, uint32_t client)
{
    const double keep = self->param[SENSOR_KEEP], uneven = self->param[SENSOR_UNEVEN];
    if (!(uneven > 0.0) || keep <= 0.0 || keep >= 1.0)
        return keep;
    struct rng rng;
    rng_init(&rng, self->key, rng_mix(self->sensor->entity ^ UINT64_C(0x756e6576656e), client));
    double odds = keep / (1.0 - keep) * exp(uneven * rng_normal(&rng));
    return odds / (1.0 + odds);
}

static void learn_address(const struct recording *self, uint32_t client, struct address *address)
{
    bool visible = is_visible(self, client);
    uint64_t limit = visible && self->by_row ? limit_of(keep_of(self, client)) : 0;
    *address = (struct address){.client = client, .visible = visible, .limit = limit};
}

static inline const struct address *address_of(struct recording *self, uint32_t client)
{
    struct address *address = &self->addresses[client % ADDRESSES];
    if (address->client != client)
        learn_address(self, client, address);
    return address;
}

/* A row with some of its columns blanked: the mask is for its last eight bytes, from the type on.
 */
static inline void copy_row(struct query *to, const struct query *from, uint64_t mask)
{
    uint64_t columns;
    memcpy(&columns, (const char *)from + FIRST_COLUMN, sizeof columns);
    columns &= mask;
    memcpy(to, from, FIRST_COLUMN);
    memcpy((char *)to + FIRST_COLUMN, &columns, sizeof columns);
}

static uint64_t column_mask(unsigned columns)
{
    struct query all = {.flags = UINT32_MAX};
    uint64_t mask;
    all.type = columns & COLUMN_TYPE ? UINT16_MAX : 0;
    all.server = columns & COLUMN_SERVER ? UINT16_MAX : 0;
    memcpy(&mask, (const char *)&all + FIRST_COLUMN, sizeof mask);
    return mask;
}

/* Appends those of n rows that are kept. Every row is written and counted only where it is kept:
 * rows of different addresses follow each other at random, and a mispredicted branch costs more
 * than a wasted store. `out` has room for all of them. */
static inline __attribute__((always_inline)) void
take_rows(struct recording *self, const struct query *q, size_t n, bool by_row)
{
    struct rng rng = self->rng; /* nobody else holds its address, so it can live in registers */
    const uint8_t *sees_name = self->sensor->sees_name;
    const uint32_t n_names = sees_name != NULL ? self->sensor->n_names : 0;
    const uint64_t mask = self->column_mask;
    struct query *to = self->out->q + self->out->n;
    for (size_t i = 0; i < n; i++) {
        const struct address *address = address_of(self, q[i].client);
        bool kept = by_row ? rng_u64(&rng) >> 11 < address->limit : address->visible;
        copy_row(to, &q[i], mask);
        to += kept & (q[i].name >= n_names || sees_name[q[i].name]);
    }
    self->rng = rng;
    self->out->n = (size_t)(to - self->out->q);
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

/* The same as take_rows, one by one, without those that follow a like one too closely. */
static void take_merged(struct recording *self, const struct query *q, size_t n)
{
    struct query_array *out = self->out;
    for (size_t i = 0; i < n; i++) {
        size_t before = out->n;
        take_rows(self, &q[i], 1, self->by_row);
        if (out->n == before)
            continue;
        out->n = before;
        struct query *row = &out->q[before];
        row->time_us = round_down(row->time_us, self->step_us);
        out->n += !seen_within(out, row, row->time_us, self->param[SENSOR_MERGE_WITHIN_S]);
    }
}

/* Rows that the sensor hears and that no hit concerns. */
static void take(struct recording *self, const struct query *q, size_t n)
{
    if (self->param[SENSOR_MERGE_WITHIN_S] > 0.0)
        take_merged(self, q, n);
    else if (self->by_row)
        take_rows(self, q, n, true);
    else
        take_rows(self, q, n, false);
}

/* Thinning stays aligned whatever the silent stretches do. */
static void pass_over(struct recording *self, size_t n)
{
    for (size_t i = 0; self->by_row && i < n; i++)
        rng_u64(&self->rng);
}

/* A row that may be recorded twice. */
static int take_twice(struct recording *self, const struct query_array *in, size_t row)
{
    struct query_array *out = self->out;
    size_t before = out->n;
    if (query_array_reserve(out, before + 1 + in->n - row + 1) != STATUS_OK)
        return STATUS_RUN;
    take(self, &in->q[row], 1);
    if (out->n > before)
        out->q[out->n] = out->q[before], out->n++;
    return STATUS_OK;
}

/* Rows [row, until) of the input, all heard or none. */
static int record_stretch(struct recording *self, const struct query_array *in, size_t row,
                          size_t until, bool heard)
{
    while (row < until) {
        size_t stop =
            self->dropped.next < self->doubled.next ? self->dropped.next : self->doubled.next;
        stop = stop < until ? stop : until;
        if (heard)
            take(self, in->q + row, stop - row);
        else
            pass_over(self, stop - row);
        row = stop;
        if (row == until)
            break;
        bool dropped = row == self->dropped.next, doubled = row == self->doubled.next;
        if (dropped)
            hits_advance(&self->dropped);
        if (doubled)
            hits_advance(&self->doubled);
        if (!heard)
            pass_over(self, 1);
        else if (!dropped && take_twice(self, in, row) != STATUS_OK)
            return STATUS_RUN;
        row++;
    }
    return STATUS_OK;
}

/* First row of a sorted log, from row `low` on, that is not before t. */
static size_t row_at(const struct query_array *log, size_t low, time_us t)
{
    size_t high = log->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (log->q[middle].time_us < t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A 64-bit division for each row would cost more than all the rest: multiply by the reciprocal,
 * then put right what rounding may have spoilt. Exact from 0 to 2^53. */
static void round_times(struct query_array *log, time_us step_us)
{
    if (step_us <= 1 || log->n == 0)
        return;
    if (log->q[0].time_us < 0 || log->q[log->n - 1].time_us >= INT64_C(1) << 53) {
        for (size_t i = 0; i < log->n; i++)
            log->q[i].time_us = round_down(log->q[i].time_us, step_us);
        return;
    }
    const double reciprocal = 1.0 / (double)step_us;
    for (size_t i = 0; i < log->n; i++) {
        time_us t = log->q[i].time_us;
        time_us down = (time_us)((double)t * reciprocal) * step_us;
        down -= down > t ? step_us : 0;
        down += t - down >= step_us ? step_us : 0;
        log->q[i].time_us = down;
    }
}

/* Above this share of rows to keep, gaps from one lost row to the next are drawn instead of rows.
 */
#define MOSTLY 0.85

static void begin(struct recording *self, const struct sensor *sensor, const double *param,
                  struct rng_key key, struct query_array *out)
{
    const double keep = param[SENSOR_KEEP];
    self->sensor = sensor;
    self->param = param;
    self->key = key;
    self->visible_key =
        rng_mix(rng_mix(key.seed, key.trial), sensor->entity ^ UINT64_C(0x76697369626c65));
    self->by_row = keep < MOSTLY || (param[SENSOR_UNEVEN] > 0.0 && keep < 1.0);
    rng_init(&self->rng, key, sensor->entity + 1);
    hits_init(&self->dropped, key, sensor->entity + 2, self->by_row ? 0.0 : 1.0 - keep);
    hits_init(&self->doubled, key, sensor->entity + 3, param[SENSOR_DUPLICATES]);
    self->step_us = (time_us)(param[SENSOR_ROUND_S] * 1e6);
    self->column_mask = column_mask(sensor->columns);
    self->out = out;
    for (uint32_t i = 0; i < ADDRESSES; i++)
        self->addresses[i].client = i + 1;
}

/* Rows of one time stamp change places at random (Fisher and Yates); the log stays sorted. */
static void shuffle(const struct sensor *self, const double *param, struct rng_key key,
                    struct query_array *out)
{
    struct rng rng;
    rng_init(&rng, key, rng_mix(self->entity, UINT64_C(0x73687566666c65)));
    if (rng_uniform(&rng) >= param[SENSOR_SHUFFLED])
        return;
    for (size_t from = 0, i = 1; i < out->n; i++) {
        if (out->q[i].time_us != out->q[from].time_us)
            from = i;
        size_t other = from + (size_t)rng_below(&rng, i - from + 1);
        struct query row = out->q[i];
        out->q[i] = out->q[other];
        out->q[other] = row;
    }
}

int sensor_record(const struct sensor *self, const double *values, struct rng_key key,
                  struct edit_space *space, const struct query_array *in, struct query_array *out)
{
    const double *param = values + self->first_param;
    struct outages outages = begin_outages(self, param, key);
    struct outage outage;
    struct recording recording;
    begin(&recording, self, param, key, out);
    out->n = 0;
    if (query_array_reserve(out, in->n + 1) != STATUS_OK)
        return STATUS_RUN;
    size_t row = row_at(in, 0, self->from_us), end = row_at(in, row, self->until_us);
    int status = record_stretch(&recording, in, 0, row, false);
    while (status == STATUS_OK && row < end && next_outage(&outages, &outage)) {
        size_t from = row_at(in, row, outage.from_us);
        size_t until = row_at(in, from, outage.until_us);
        until = until < end ? until : end;
        status = record_stretch(&recording, in, row, from, true);
        if (status == STATUS_OK)
            status = record_stretch(&recording, in, from, until, false);
        row = until;
    }
    if (status == STATUS_OK)
        status = record_stretch(&recording, in, row, end, true);
    if (status != STATUS_OK)
        return status;
    round_times(out, recording.step_us);
    status = edit_apply(param + SENSOR_EDITS, key, self->entity, self->from_us, self->until_us,
                        space, out);
    if (status == STATUS_OK && param[SENSOR_SHUFFLED] > 0.0)
        shuffle(self, param, key, out);
    return status;
}

/* ---- counts without rows ---- */

bool sensor_is_countable(const struct sensor *self, const double *values,
                         const struct query_array *in)
{
    const double *param = values + self->first_param;
    bool inside = in->n == 0 ||
                  (in->q[0].time_us >= self->from_us && in->q[in->n - 1].time_us < self->until_us);
    return inside && self->sees_name == NULL && !(param[SENSOR_OUTAGES_PER_WEEK] > 0.0) &&
           !(param[SENSOR_MERGE_WITHIN_S] > 0.0) && (time_us)(param[SENSOR_ROUND_S] * 1e6) <= 1 &&
           !edit_is_on(param + SENSOR_EDITS);
}

/* Rows [row, until), each by its own chance; `weight` for each that is kept. */
static void count_rows(struct recording *self, const struct askers *askers, size_t row,
                       size_t until, uint32_t weight, struct client_rows *of)
{
    struct rng rng = self->rng;
    for (; row < until; row++) {
        const uint32_t who = askers->row_of[row];
        of[who].rows += rng_u64(&rng) >> 11 < askers->limit[who] ? weight : 0;
    }
    self->rng = rng;
}

/* Where every row has a chance of its own. */
static void count_by_row(struct recording *self, const struct askers *askers,
                         struct client_rows *of)
{
    for (size_t row = 0; row < askers->n_rows;) {
        size_t stop = self->doubled.next < askers->n_rows ? self->doubled.next : askers->n_rows;
        count_rows(self, askers, row, stop, 1, of);
        if (stop < askers->n_rows) {
            count_rows(self, askers, stop, stop + 1, 2, of);
            hits_advance(&self->doubled);
        }
        row = stop + 1;
    }
}

/* All rows, less those that are lost, and once more those that are recorded twice; nothing of
 * addresses that are not seen. */
static void count_by_hits(struct recording *self, const struct askers *askers,
                          struct client_rows *of)
{
    struct hits *dropped = &self->dropped, *doubled = &self->doubled;
    for (size_t k = 0; k < askers->n; k++)
        of[k].rows = askers->rows[k];
    while (dropped->next < askers->n_rows || doubled->next < askers->n_rows) {
        size_t row = dropped->next < doubled->next ? dropped->next : doubled->next;
        bool twice = doubled->next == row;
        if (twice)
            hits_advance(doubled);
        if (dropped->next == row) {
            hits_advance(dropped);
            of[askers->row_of[row]].rows--;
        } else {
            of[askers->row_of[row]].rows++;
        }
    }
    for (size_t k = 0; k < askers->n; k++)
        of[k].rows = askers->limit[k] > 0 ? of[k].rows : 0;
}

int sensor_count(const struct sensor *self, const double *values, struct rng_key key,
                 struct askers *askers, struct client_tally *out)
{
    struct recording recording;
    out->n_clients = out->n_rows = 0;
    if (client_tally_reserve(out, askers->n) != STATUS_OK)
        return STATUS_RUN;
    begin(&recording, self, values + self->first_param, key, NULL);
    for (size_t k = 0; k < askers->n; k++) {
        struct address address;
        learn_address(&recording, askers->client[k], &address);
        askers->limit[k] = recording.by_row ? address.limit : address.visible;
        out->of[k] = (struct client_rows){askers->client[k], 0};
    }
    if (recording.by_row)
        count_by_row(&recording, askers, out->of);
    else
        count_by_hits(&recording, askers, out->of);
    for (size_t k = 0; k < askers->n; k++) {
        out->n_rows += out->of[k].rows;
        out->of[out->n_clients] = out->of[k];
        out->n_clients += out->of[k].rows > 0;
    }
    return STATUS_OK;
}
