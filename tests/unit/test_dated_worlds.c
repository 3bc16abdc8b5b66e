/* Two cases whose worlds change on a date: a host that is renamed, and a zone that moves to other
 * servers. Who can learn of the change follows from mechanism alone, so it is checked per trial,
 * without statistics. */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <stdio.h>

#include "analysis/config/case.h"
#include "sim/trial.h"

#define RENAME "scenarios/cases/alfa-2016-rename.cfg"
#define STALE "scenarios/cases/stale-delegation.cfg"
#define SEED 20160927
#define TRIALS 40

static struct case_file file;
static struct trial trial;

static const struct plan *begin(const char *path, const char *scenario)
{
    struct message message = {""};
    gsl_set_error_handler_off();
    if (case_load(&file, path, &message) != STATUS_OK)
        fail_msg("%s", message.text);
    const struct scenario *found = case_find_scenario(&file, scenario);
    if (found == NULL)
        fail_msg("%s has no scenario %s", path, scenario);
    assert_int_equal(trial_init(&trial, &file.world), STATUS_OK);
    return &found->plan;
}

static void end(void)
{
    trial_free(&trial);
    case_free(&file);
}

static void run(const struct plan *plan, uint64_t number)
{
    struct message message;
    if (trial_run(&trial, plan, SEED, number, &message) != STATUS_OK)
        fail_msg("%s", message.text);
}

static const struct party *party(const char *name)
{
    for (uint32_t i = 0; i < file.world.n_parties; i++)
        if (strcmp(file.world.parties[i].name, name) == 0)
            return &file.world.parties[i];
    fail_msg("no party %s", name);
    return NULL;
}

static bool asks(const struct party *who, const struct query *q)
{
    for (uint32_t r = 0; r < who->n_resolvers; r++)
        if (file.world.resolvers[who->first_resolver + r].client == q->client)
            return true;
    return false;
}

/* Queries of a party for a name in what reaches the authorities. */
static size_t count_asked(const char *who, const char *name)
{
    size_t n = 0;
    uint32_t id = intern_find(&file.world.names, name, strlen(name));
    assert_int_not_equal(id, INTERN_NONE);
    for (size_t i = 0; i < trial.upstream.n; i++)
        n += trial.upstream.q[i].name == id && asks(party(who), &trial.upstream.q[i]);
    return n;
}

static const char *gateway_of(const char *who)
{
    uint32_t index = party(who)->gateway_param;
    assert_int_not_equal(index, 0);
    return gateway_profile_words[(size_t)trial.values[index - 1]];
}

/* In how many of the trials the bank asks for the new name; `strict` counts those in which its
 * gateway checks the greeting. */
static int trials_with_new_name(const char *scenario, int *strict, bool only_strict)
{
    const struct plan *plan = begin(RENAME, scenario);
    int n = 0;
    *strict = 0;
    for (uint64_t i = 0; i < TRIALS; i++) {
        run(plan, i);
        bool checks = strcmp(gateway_of("alfa"), "postfix-strict") == 0;
        bool asked = count_asked("alfa", "trump1.contact-client.com") > 0;
        if (only_strict && asked)
            assert_true(checks);
        n += asked;
        *strict += checks;
    }
    end();
    return n;
}

static void only_what_shows_the_new_name_leads_to_it(void **state)
{
    (void)state;
    int strict;
    assert_int_equal(trials_with_new_name("mail-as-before", &strict, false), 0);
    int n = trials_with_new_name("mail-new-greeting", &strict, true);
    assert_in_range(n, 1, strict);
    assert_in_range(trials_with_new_name("mail-new-ptr", &strict, false), TRIALS * 9 / 10, TRIALS);
    assert_in_range(trials_with_new_name("people-told", &strict, false), TRIALS * 8 / 10, TRIALS);
}

/* Nobody asks for a name before there is one: its record begins on 27 September. */
static void nobody_asks_before_the_rename(void **state)
{
    (void)state;
    static const char *const name = "trump1.contact-client.com";
    static const char *const all[] = {"mail-as-before", "mail-new-greeting", "mail-new-ptr",
                                      "people-told",    "program-told",      "watchers",
                                      "forged"};
    for (size_t s = 0; s < sizeof all / sizeof all[0]; s++) {
        const struct plan *plan = begin(RENAME, all[s]);
        uint32_t id = intern_find(&file.world.names, name, strlen(name));
        for (uint64_t i = 0; i < 10; i++) {
            run(plan, i);
            for (size_t k = 0; k < trial.upstream.n; k++)
                assert_true(trial.upstream.q[k].name != id ||
                            trial.upstream.q[k].time_us >= file.world.from_us);
        }
        end();
    }
}

/* One bit for every party that a sensor saw. */
static unsigned seen_by(size_t sensor)
{
    unsigned seen = 0;
    for (size_t i = 0; i < trial.logs[sensor].n; i++)
        for (uint32_t p = 0; p < file.world.n_parties; p++)
            if (asks(&file.world.parties[p], &trial.logs[sensor].q[i]))
                seen |= 1u << p;
    return seen;
}

/* Parties of the case in order: vendor, bank, clinic, then six firms that forget. */
static void long_after_a_move_only_sticky_askers_are_left(void **state)
{
    (void)state;
    static const struct {
        const char *scenario;
        unsigned left;
    } rows[] = {{"sticky-steady", 1u << 1 | 1u << 2}, {"sticky-sporadic", 0}, {"nobody-sticky", 0}};
    for (size_t s = 0; s < sizeof rows / sizeof rows[0]; s++) {
        const struct plan *plan = begin(STALE, rows[s].scenario);
        for (uint64_t i = 0; i < 3; i++) {
            run(plan, i);
            assert_int_equal(seen_by(0), 0x1fe);
            assert_int_equal(seen_by(1), rows[s].left);
        }
        end();
    }
}

/* ---- a zone that had gone before the log begins ---- */

#define ALFA "scenarios/cases/alfa-2016.cfg"

static void set(const char *scenario, const char *const *settings)
{
    struct message message = {""};
    struct plan *plan = &case_find_scenario(&file, scenario)->plan;
    for (; *settings != NULL; settings += 2)
        if (plan_override(plan, settings[0], settings[1], &message) != STATUS_OK)
            fail_msg("%s", message.text);
}

static const char *const busy_mail[] = {"campaign.triggered",
                                        "80",
                                        "campaign.sends_per_week",
                                        "0",
                                        "campaign.evenness",
                                        "1000",
                                        "campaign.growth",
                                        "0",
                                        "campaign.level_changes",
                                        "0",
                                        "campaign.pauses",
                                        "0",
                                        "campaign.onset",
                                        "0",
                                        "party.alfa.gateway",
                                        "postfix",
                                        "party.spectrum.gateway",
                                        "postfix",
                                        "bystanders.visitors_per_week",
                                        "20",
                                        "zone.trump-email.com.moved_away",
                                        "1",
                                        "zone.trump-email.com.ns_ttl",
                                        "1 d",
                                        NULL};

/* The run-together name lies in another zone. */
static bool is_of_the_zone(const struct query *q)
{
    return strcmp(intern_text(&file.world.names, q->name), "mail1.trump-email.com") == 0;
}

/* Rows of the zone: of resolvers of the case, and of all others. */
static void count_askers(size_t *known, size_t *strangers)
{
    *known = *strangers = 0;
    for (size_t i = 0; i < trial.upstream.n; i++)
        if (is_of_the_zone(&trial.upstream.q[i]))
            *(trial.upstream.q[i].client < file.world.clients.count ? known : strangers) += 1;
}

static void who_holds_on_stays_and_who_looks_anew_is_gone(void **state)
{
    (void)state;
    static const char *const nobody_holds[] = {"zone.trump-email.com.held", "0", NULL};
    static const char *const all_stray[] = {"zone.trump-email.com.strays", "1", NULL};
    size_t known, strangers;
    const struct plan *plan = begin(ALFA, "marketing-blast");
    set("marketing-blast", busy_mail);
    run(plan, 0);
    count_askers(&known, &strangers);
    assert_true(known > 1000);
    assert_int_equal(strangers, 0);
    assert_true(trial.upstream.q[trial.upstream.n - 1].time_us > file.world.until_us - US_PER_DAY);
    set("marketing-blast", all_stray);
    run(plan, 0);
    count_askers(&known, &strangers);
    assert_true(known > 1000 && strangers > 100);
    set("marketing-blast", nobody_holds);
    run(plan, 0);
    count_askers(&known, &strangers);
    assert_int_equal(known, 0);
    end();
}

/* With pauses: every resolver that is seen again was never silent for longer than the servers'
 * names live, and sooner or later all are gone. */
static void silence_ends_it(void **state)
{
    (void)state;
    static const char *const pauses[] = {"campaign.pauses", "1", "campaign.pause_length", "3 d",
                                         NULL};
    const struct plan *plan = begin(ALFA, "marketing-blast");
    set("marketing-blast", busy_mail);
    set("marketing-blast", pauses);
    for (uint64_t i = 0; i < 20; i++) {
        run(plan, i);
        time_us last[64], latest = file.world.start_us;
        for (size_t r = 0; r < 64; r++)
            last[r] = file.world.start_us;
        assert_true(file.world.clients.count <= 64);
        for (size_t k = 0; k < trial.upstream.n; k++) {
            const struct query *q = &trial.upstream.q[k];
            if (!is_of_the_zone(q))
                continue;
            assert_true(q->time_us - last[q->client] <= US_PER_DAY + US_PER_S);
            last[q->client] = q->time_us;
            latest = q->time_us;
        }
        assert_true(latest > file.world.start_us);
        assert_true(latest < file.world.until_us - 10 * US_PER_DAY);
    }
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_shows_the_new_name_leads_to_it),
        cmocka_unit_test(nobody_asks_before_the_rename),
        cmocka_unit_test(long_after_a_move_only_sticky_askers_are_left),
        cmocka_unit_test(who_holds_on_stays_and_who_looks_anew_is_gone),
        cmocka_unit_test(silence_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
