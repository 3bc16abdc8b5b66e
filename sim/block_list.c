#include "sim/block_list.h"

#include "sim/traffic.h"
#include "sim/world.h"

const struct param_row reported_rows[] = {
    [REPORTED_ELSEWHERE] = {"elsewhere", UNIT_NONE, 0, 1e7, "0",
                            "messages to people elsewhere per message to a party of the case",
                            NULL},
    [REPORTED_COMPLAINTS] = {"complaints", UNIT_FRACTION, 0, 1, "0",
                             "probability that a recipient reports a message where block lists "
                             "hear of it",
                             NULL},
    [REPORTED_TRAPS] = {"traps", UNIT_FRACTION, 0, 1, "0",
                        "share of the addresses elsewhere that are traps", NULL},
    [REPORTED_N_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

const struct param_row block_list_rows[] = {
    [BLOCK_LIST_COMPLAINTS] = {"complaints_heard", UNIT_FRACTION, 0, 1, "1",
                               "share of people's reports that this list gets", NULL},
    [BLOCK_LIST_TRAPS] = {"traps_owned", UNIT_FRACTION, 0, 1, "0.1",
                          "share of all traps that are this list's", NULL},
    [BLOCK_LIST_TRAP_POINTS] = {"trap_points", UNIT_NONE, 0, 1000, "5",
                                "points of a trap hit; a report by a person is one point", NULL},
    [BLOCK_LIST_THRESHOLD] = {"threshold", UNIT_NONE, 0.1, 1e6, "2",
                              "points within its memory at which it enters a host", NULL},
    [BLOCK_LIST_MEMORY_DAYS] = {"memory", UNIT_DAY, 0.001, 4000, "7",
                                "reports older than this count no more", NULL},
    [BLOCK_LIST_DELAY_HOURS] = {"delay", UNIT_HOUR, 0, 10000, "6",
                                "mean time from a message to a report of it (exponential); a trap "
                                "reports at once",
                                NULL},
    [BLOCK_LIST_EXPIRY_DAYS] = {"expiry", UNIT_DAY, 0, 4000, "1",
                                "an entry ends so long after the last report", NULL},
    [BLOCK_LIST_N_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

/* One kind of report of one host's messages. */
struct reporting {
    struct rng_poisson_law number; /* of one message */
    double delay_h;                /* mean; 0: at once */
    bool trap;
    struct rng_family messages; /* one stream each */
};

static struct reporting begin_reporting(double mean, double delay_h, bool trap, struct rng_key key,
                                        uint64_t entity)
{
    return (struct reporting){rng_poisson_law(mean < 1e6 ? mean : 1e6), delay_h, trap,
                              rng_family(key, entity)};
}

/* Which message it is, whatever others there are: by its time and party, and among those that leave
 * for one party at once, by the order in which they were made. */
struct message_number {
    const struct mail_event *last;
    uint32_t same; /* as the last one, before it */
};

static uint64_t next_message(struct message_number *self, const struct mail_event *mail)
{
    bool same = self->last != NULL && self->last->time_us == mail->time_us &&
                self->last->party == mail->party;
    self->same = same ? self->same + 1 : 0;
    self->last = mail;
    return rng_mix((uint64_t)mail->time_us, (uint64_t)mail->party << 32 | self->same);
}

/* The reports of one message, a Poisson number, from its own stream. */
static int add_reports(const struct reporting *kind, uint64_t message, time_us t,
                       struct query_array *reports)
{
    struct rng rng;
    rng_start(&rng, &kind->messages, message);
    uint64_t n = rng_poisson_draw(&rng, &kind->number);
    for (uint64_t k = 0; k < n && k < BLOCK_LIST_MAX_REPORTS; k++) {
        double delay_h = kind->delay_h > 0.0 ? rng_exponential(&rng) * kind->delay_h : 0.0;
        struct query report = {.time_us = t + (time_us)(delay_h * (double)US_PER_HOUR),
                               .flags = kind->trap};
        if (query_array_add(reports, report) != STATUS_OK)
            return STATUS_RUN;
    }
    return STATUS_OK;
}

int block_list_reports(const struct world *world, const double *values, struct rng_key key,
                       uint32_t list, uint32_t host, const struct mail_array *mails,
                       struct query_array *reports, struct query_array *scratch)
{
    const struct block_list *self = &world->block_lists[list];
    const double *param = values + self->first_param;
    const double *reported = values + world->hosts[host].reported - 1;
    double elsewhere = reported[REPORTED_ELSEWHERE];
    double complaints =
        (1.0 + elsewhere) * reported[REPORTED_COMPLAINTS] * param[BLOCK_LIST_COMPLAINTS];
    double traps = elsewhere * reported[REPORTED_TRAPS] * param[BLOCK_LIST_TRAPS];
    struct reporting people = begin_reporting(complaints, param[BLOCK_LIST_DELAY_HOURS], false, key,
                                              rng_mix(self->entity, host));
    struct reporting trapped =
        begin_reporting(traps, 0.0, true, key, rng_mix(self->entity + 1, host));
    struct message_number number = {NULL, 0};
    reports->n = 0;
    for (size_t i = 0; i < mails->n && complaints + traps > 0.0; i++) {
        const struct mail_event *mail = &mails->m[i];
        if (mail->host != host || mail->again || mail->status == MAIL_BOUNCED)
            continue;
        uint64_t message = next_message(&number, mail);
        if (add_reports(&people, message, mail->time_us, reports) != STATUS_OK ||
            add_reports(&trapped, message, mail->time_us, reports) != STATUS_OK)
            return STATUS_RUN;
    }
    return query_array_sort(reports, scratch);
}

int block_list_enter(const struct world *world, const double *values, uint32_t list, uint32_t host,
                     const struct query_array *reports, struct query_array *entries)
{
    const struct block_list *self = &world->block_lists[list];
    const double *param = values + self->first_param;
    const double points[2] = {1.0, param[BLOCK_LIST_TRAP_POINTS]};
    time_us memory_us = (time_us)(param[BLOCK_LIST_MEMORY_DAYS] * (double)US_PER_DAY);
    time_us expiry_us = (time_us)(param[BLOCK_LIST_EXPIRY_DAYS] * (double)US_PER_DAY);
    time_us listed_until = INT64_MIN;
    uint32_t name = world->questions[world->hosts[host].address_question].name;
    size_t counted[2] = {0, 0}, oldest = 0; /* whole numbers: a sum of points would drift */
    for (size_t i = 0; i < reports->n; i++) {
        time_us t = reports->q[i].time_us;
        counted[reports->q[i].flags]++;
        for (; reports->q[oldest].time_us <= t - memory_us; oldest++)
            counted[reports->q[oldest].flags]--;
        double score = (double)counted[0] * points[0] + (double)counted[1] * points[1];
        bool listed = t < listed_until;
        if (!listed && score < param[BLOCK_LIST_THRESHOLD])
            continue;
        struct query entry = {
            .time_us = t, .client = self->client, .name = name, .type = TYPE_UNKNOWN};
        if (!listed && query_array_add(entries, entry) != STATUS_OK)
            return STATUS_RUN;
        listed_until = t + expiry_us;
    }
    return STATUS_OK;
}

int block_lists_run(const struct world *world, const double *values, struct rng_key key,
                    const struct mail_array *mails, struct query_array *reports,
                    struct query_array *scratch, struct query_array *entries)
{
    int status = STATUS_OK;
    entries->n = 0;
    for (uint32_t list = 0; list < world->n_block_lists; list++)
        for (uint32_t host = 0; host < world->n_hosts && status == STATUS_OK; host++) {
            if (world->hosts[host].reported == 0)
                continue;
            status = block_list_reports(world, values, key, list, host, mails, reports, scratch);
            if (status == STATUS_OK)
                status = block_list_enter(world, values, list, host, reports, entries);
        }
    return status == STATUS_OK ? query_array_sort(entries, scratch) : status;
}
