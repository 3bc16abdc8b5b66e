/* No parameter is dead: every one of every model's schema changes the traffic, and every one of the
 * world's (records, zones, resolvers, gateways, hosts, block lists, sensors) what is seen of it.
 * Each is set to two or more values of its range while everything else keeps its draws. Nothing
 * here is left to chance but once: an effect that none of the trials shows would be reported as
 * missing. */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "analysis/config/case.h"
#include "models/models.h"
#include "sim/trial.h"

#define TRIALS 6
#define DRAWS 40 /* of a prior: the least and the greatest are compared */
#define MAX_VALUES 24

/* Everything that a model may react to: two receivers, a reverse name, a search list, a name that
 * ends, names that carry data, dated events, holidays, weekends; and one of each thing that has
 * parameters of the world. */
static const char world_text[] =
    "case: {\n"
    "  title = \"t\";\n"
    "  window = { from = \"2016-05-02\"; until = \"2016-07-04\"; }; warmup = \"7 d\";\n"
    "  names = (\n"
    "    { name = \"mail.sender.example\"; type = \"A\"; ttl = 1800; until = \"2016-06-20\"; },\n"
    "    { name = \"a.mail.sender.example\"; type = \"A\"; ttl = 60; },\n"
    "    { name = \"b.mail.sender.example\"; type = \"A\"; ttl = 60; } );\n"
    "  zones = ( { origin = \"sender.example\"; } );\n"
    "  parties = (\n"
    "    { name = \"vendor\"; timezone = \"America/New_York\"; },\n"
    "    { name = \"bank\"; timezone = \"Europe/Moscow\"; holidays = [ \"2016-05-09\" ];\n"
    "      resolvers = ( { address = \"198.51.100.15\"; },\n"
    "                    { address = \"198.51.100.16\"; } ); choice = \"random\";\n"
    "      gateway = \"choice(postfix, postfix-strict)\"; search = \"bank.example\"; },\n"
    "    { name = \"clinic\"; timezone = \"America/Detroit\"; gateway = \"postfix\";\n"
    "      search = \"clinic.example\"; resolvers = ( { address = \"203.0.113.8\"; } ); } );\n"
    "  hosts = ( { name = \"mailer\"; party = \"vendor\"; hostname = \"mail.sender.example\";\n"
    "              address = \"192.0.2.99\"; } );\n"
    "  roles = { sender = [ \"vendor\" ]; recipient = [ \"bank\", \"clinic\" ]; };\n"
    "  events = ( { date = \"2016-05-20T12:00:00Z\"; label = \"event\"; } );\n"
    "  lists = ( { name = \"list\"; } );\n"
    "  sensors = ( { name = \"all\"; },\n"
    "              { name = \"entries\"; position = \"lists\"; } );\n"
    "  scenarios = ( \"%s\" );\n"
    "};\n";

/* What a parameter needs beyond the ends of its prior: values where its default is one fixed
 * number, and other parameters without which it says nothing. */
static const struct need {
    const char *scope;  /* a model; "" any model; the beginning of a path of the world */
    const char *key;    /* the schema row */
    const char *values; /* "A|B|C" in the file's language; NULL: ends of the default prior */
    const char *others; /* "PATH=VALUE|..." ; NULL: none */
} needs[] = {
    /* models: the course of activity first */
    {"", "onset", "0|30", NULL},
    {"", "pause_length", NULL, "it.pauses=1"},
    {"gateway-recheck", "refresh_share", "0|0.5", NULL},
    {"gateway-recheck", "refresh", NULL, "it.refresh_share=0.5"},
    {"gateway-recheck", "refresh_jitter", NULL, "it.refresh_share=0.5"},
    {"gateway-recheck", "more_lookups", NULL, "it.refresh_share=0.5"}, /* scans ask once */
    {"gateway-recheck", "lookup_gap", NULL, "it.refresh_share=0.5|it.more_lookups=1"},
    {"private-channel", "event_messages", "0|5", NULL},
    {"private-channel", "event_delay", NULL, "it.event_messages=5"},
    {"private-channel", "slot", "0|900", NULL},
    {"private-channel", "poll", "0|1800", NULL},
    {"beacon", "more_lookups", "0|1", NULL},
    {"beacon", "work_start", NULL, "it.night=0"},
    {"beacon", "work_end", NULL, "it.night=0"},
    {"tunnel", "work_start", NULL, "it.night=0"},
    {"tunnel", "work_end", NULL, "it.night=0"},
    {"tunnel", "poll", "0|1800", NULL},
    {"beacon", "lookup_gap", "1|30", "it.more_lookups=1"},
    {"scanner", "regular_every", NULL, "it.regulars=1"},
    {"scanner", "regular_jitter", NULL, "it.regulars=1"},
    /* the world */
    {"name.", "ttl", "60|7200", NULL},
    {"zone.", "negative_ttl", "5|7200", NULL},
    {"zone.", "ns_ttl", "1 h|2 d", "zone.sender.example.moved_away=1"},
    {"zone.", "moved_away", "0|1", "zone.sender.example.ns_ttl=1 h"},
    {"zone.", "held", "0|1", "zone.sender.example.moved_away=1"},
    {"zone.", "strays", "0|1", "zone.sender.example.moved_away=1"},
    {"resolver.", "software", "none|continuous|dnsmasq|bind-9.18|unbound-1.17", NULL},
    {"resolver.", "fixed_ttl", "0|60", NULL},
    {"resolver.", "min_ttl", "0|7200", NULL},
    {"resolver.", "max_ttl", "0|60", NULL},
    {"resolver.", "serve_stale", "0|86400", NULL},
    {"resolver.", "mixed_case", "0|1", NULL},
    {"party.", "gateway", "postfix|postfix-strict|sendmail", NULL},
    {"host.", "elsewhere", "0|1000", "host.mailer.complaints=0.001"},
    {"host.", "complaints", "0|0.05", NULL},
    {"host.", "traps", "0|0.001", "host.mailer.elsewhere=1000"},
    {"list.", "complaints_heard", "0|1", "host.mailer.complaints=0.01"},
    {"list.", "traps_owned", "0|1", "host.mailer.elsewhere=1000|host.mailer.traps=0.0001"},
    {"list.", "trap_points", "0|5", "host.mailer.elsewhere=1000|host.mailer.traps=0.0001"},
    {"list.", "threshold", "2|5", "host.mailer.complaints=0.05"},
    {"list.", "memory", "1|30", "host.mailer.complaints=0.05"},
    {"list.", "delay", "0|24", "host.mailer.complaints=0.05"},
    {"list.", "expiry", "1|30", "host.mailer.complaints=0.05"},
    {"sensor.", "keep", "1|0.5", NULL},
    {"sensor.", "uneven", "0|1", "sensor.all.keep=0.5"},
    {"sensor.", "strangers", "1|0", NULL},
    {"sensor.", "visible", "1|0.2", NULL},
    {"sensor.", "outages", "0|1", NULL},
    {"sensor.", "outage_length", "12|48", "sensor.all.outages=1"},
    {"sensor.", "duplicates", "0|0.1", NULL},
    {"sensor.", "merge_within", "0|60", NULL},
    {"sensor.", "round", "0|1", NULL},
    {"sensor.", "shuffled", "0|1", "sensor.all.round=3600"},
    {"sensor.", "deleted_stretches", "0|3", NULL},
    {"sensor.", "deleted_length", "1|5", "sensor.all.deleted_stretches=3"},
    {"sensor.", "deleted_one_client", "0|1", "sensor.all.deleted_stretches=3"},
    {"sensor.", "least_rows", "0|50", NULL},
    {"sensor.", "inserted", "0|0.1", NULL},
    {"sensor.", "handwritten", "0|3", NULL},
    {"sensor.", "handwritten_length", "2|9", "sensor.all.handwritten=3"},
    {"sensor.", "copied_gaps", "0|0.5", "sensor.all.handwritten=3"},
    {"sensor.", "digit_preference", "0|0.5", "sensor.all.handwritten=3"},
    {"sensor.", "altered_copy", "0|1", NULL},
    {"sensor.", "copy_lag", "60|600", "sensor.all.altered_copy=1"},
};

static const struct need *find_need(const char *scope, const char *key)
{
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (strcmp(needs[i].key, key) == 0 &&
            strncmp(scope, needs[i].scope, strlen(needs[i].scope)) == 0)
            return &needs[i];
    return NULL;
}

static uint64_t mix_query(uint64_t hash, const struct query *q)
{
    uint64_t place = (uint64_t)q->client << 32 | q->name;
    return rng_mix(rng_mix(hash, (uint64_t)q->time_us), place ^ (uint64_t)q->flags << 20);
}

static uint64_t hash_traffic(const struct trial *trial)
{
    const struct traffic *traffic = &trial->traffic;
    uint64_t hash = 0;
    for (size_t i = 0; i < traffic->queries.n; i++)
        hash = mix_query(hash, &traffic->queries.q[i]);
    for (size_t i = 0; i < traffic->mails.n; i++) {
        const struct mail_event *mail = &traffic->mails.m[i];
        uint64_t what = (uint64_t)mail->party << 32 | (uint64_t)mail->status << 16 | mail->again;
        hash = rng_mix(rng_mix(hash, (uint64_t)mail->time_us), what);
    }
    return hash;
}

static uint64_t hash_logs(const struct trial *trial)
{
    uint64_t hash = 0;
    for (uint32_t s = 0; s < trial->world->n_sensors; s++)
        for (size_t i = 0; i < trial->logs[s].n; i++)
            hash = mix_query(hash, &trial->logs[s].q[i]);
    return hash;
}

/* The case with one scenario of one model, and what is measured of its trials. */
struct bench {
    char world_path[40], scenario_path[40];
    struct case_file file;
    struct plan *plan;
    struct trial trial;
    uint64_t (*hash)(const struct trial *trial);
};

static void write_text(char *path, const char *text)
{
    int fd = mkstemps(path, 4);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

/* `others` are further entries of the scenario's list. */
static void write_scenario(char *path, const struct model *model, const char *others)
{
    char text[1000];
    size_t n = (size_t)snprintf(text, sizeof text,
                                "scenario: { title = \"t\"; claim = \"c\"; models = (\n"
                                "  { model = \"%s\"; label = \"it\";",
                                model->name);
    for (const struct role_row *role = model->roles; role->key != NULL; role++)
        n += (size_t)snprintf(text + n, sizeof text - n, " %s = \"%s\";", role->key,
                              role->needs_host ? "sender" : "recipient");
    snprintf(text + n, sizeof text - n, " }%s ); };\n", others);
    write_text(path, text);
}

static void bench_init(struct bench *self, const struct model *model, const char *others,
                       uint64_t (*hash)(const struct trial *trial))
{
    struct message message = {{0}};
    char text[sizeof world_text + 100];
    memset(self, 0, sizeof *self);
    strcpy(self->world_path, "/tmp/mxplain-matter-XXXXXX.cfg");
    strcpy(self->scenario_path, "/tmp/mxplain-matter-XXXXXX.cfg");
    write_scenario(self->scenario_path, model, others);
    snprintf(text, sizeof text, world_text, self->scenario_path);
    write_text(self->world_path, text);
    if (case_load(&self->file, self->world_path, &message) != STATUS_OK)
        fail_msg("%s", message.text);
    self->plan = &self->file.scenarios[0].plan;
    self->plan->scenario_key = 1; /* not that of a file's name, which is another one each time */
    self->hash = hash;
    assert_int_equal(trial_init(&self->trial, &self->file.world), STATUS_OK);
    self->trial.resolve.all_singly = true; /* all queries are to be seen */
}

static void bench_free(struct bench *self)
{
    trial_free(&self->trial);
    case_free(&self->file);
    unlink(self->world_path);
    unlink(self->scenario_path);
}

static uint64_t measure(struct bench *self)
{
    uint64_t hash = 0;
    struct message message = {{0}};
    for (uint64_t i = 0; i < TRIALS; i++) {
        if (trial_run(&self->trial, self->plan, 11, i, &message) != STATUS_OK)
            fail_msg("%s", message.text);
        hash = rng_mix(hash, self->hash(&self->trial));
    }
    return hash;
}

/* Splits "A|B|C" in place; gives the number of parts. */
static int split(char *text, char *parts[MAX_VALUES])
{
    int n = 0;
    for (char *part = strtok(text, "|"); part != NULL && n < MAX_VALUES; part = strtok(NULL, "|"))
        parts[n++] = part;
    return n;
}

static void set_others(struct bench *self, const char *others)
{
    char text[400], *part[MAX_VALUES];
    struct message message = {{0}};
    snprintf(text, sizeof text, "%s", others);
    int n = split(text, part);
    for (int i = 0; i < n; i++) {
        char *value = strchr(part[i], '=');
        *value = '\0';
        if (plan_override(self->plan, part[i], value + 1, &message) != STATUS_OK)
            fail_msg("%s: %s", part[i], message.text);
    }
}

/* The values to be compared: given ones, all words, or the ends of some draws of the prior. */
static int choose_values(const struct plan_param *param, const struct need *need,
                         struct dist values[MAX_VALUES])
{
    const struct param_row *row = param->row;
    struct message message = {{0}};
    if (need != NULL && need->values != NULL) {
        char text[200], *part[MAX_VALUES];
        snprintf(text, sizeof text, "%s", need->values);
        int n = split(text, part);
        for (int i = 0; i < n; i++)
            if (dist_parse(&values[i], part[i], row, &message) != STATUS_OK)
                fail_msg("%s: %s", param->path, message.text);
        return n;
    }
    if (row->unit == UNIT_WORD) {
        int n = 0;
        for (; row->words[n] != NULL && n < MAX_VALUES; n++)
            values[n] = dist_fixed(n);
        return n;
    }
    double low = INFINITY, high = -INFINITY;
    struct rng rng;
    rng_init(&rng, (struct rng_key){3, 0}, param->entity);
    for (int i = 0; i < DRAWS; i++) {
        double x = dist_draw(&param->prior, &rng);
        low = x < low ? x : low;
        high = x > high ? x : high;
    }
    if (low == high) {
        print_error("%s: a fixed default; needs values in the table\n", param->path);
        return 0;
    }
    values[0] = dist_fixed(low);
    values[1] = dist_fixed(high);
    return 2;
}

/* Every two values of one parameter make a difference. Returns how many pairs do not. */
static int compare_values(struct bench *self, const char *scope, uint32_t index)
{
    struct plan_param *param = &self->plan->params[index];
    const struct need *need = find_need(scope, param->row->name);
    struct dist values[MAX_VALUES];
    struct plan_param *kept = malloc(self->plan->n_params * sizeof *kept);
    assert_non_null(kept);
    memcpy(kept, self->plan->params, self->plan->n_params * sizeof *kept);
    if (need != NULL && need->others != NULL)
        set_others(self, need->others);
    int n = choose_values(param, need, values), dead = n < 2 ? 1 : 0;
    uint64_t hash[MAX_VALUES];
    for (int i = 0; i < n; i++) {
        param->prior = values[i];
        hash[i] = measure(self);
        for (int k = 0; k < i; k++)
            if (hash[k] == hash[i]) {
                print_error("%s %s: values %d and %d make no difference\n", scope, param->path, k,
                            i);
                dead++;
            }
    }
    memcpy(self->plan->params, kept, self->plan->n_params * sizeof *kept);
    free(kept);
    return dead;
}

static void every_parameter_of_every_model_matters(void **state)
{
    (void)state;
    int dead = 0;
    for (const struct model *const *m = models; *m != NULL; m++) {
        struct bench bench;
        bench_init(&bench, *m, "", hash_traffic);
        uint32_t first = bench.plan->instances[0].first_param;
        for (uint32_t i = first; i < bench.plan->n_params; i++)
            dead += compare_values(&bench, (*m)->name, i);
        bench_free(&bench);
    }
    assert_int_equal(dead, 0);
}

static void every_parameter_of_the_world_matters(void **state)
{
    (void)state;
    struct bench bench;
    int dead = 0;
    static const char others[] = ", { model = \"scanner\"; to = \"sender\"; },\n"
                                 "  { model = \"tunnel\"; to = \"sender\"; from = \"recipient\"; }";
    bench_init(&bench, model_find("campaign"), others, hash_logs);
    for (uint32_t i = 0; i < bench.plan->instances[0].first_param; i++)
        if (strncmp(bench.plan->params[i].path, "sensor.entries.", 15) != 0) /* as sensor.all */
            dead += compare_values(&bench, bench.plan->params[i].path, i);
    bench_free(&bench);
    assert_int_equal(dead, 0);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_parameter_of_every_model_matters),
        cmocka_unit_test(every_parameter_of_the_world_matters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
