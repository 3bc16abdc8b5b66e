/* verdict.h - the answer: probabilities, Bayes factors, fit, calibration, and the sentence that a
 * lay reader may quote.
 *
 * A plain tree of numbers and texts: whatever prints, stores or draws a verdict needs nothing else.
 */
#ifndef ANALYSIS_WEIGH_VERDICT_H
#define ANALYSIS_WEIGH_VERDICT_H

#include "analysis/infer/comparator.h"
#include "analysis/weigh/balance.h"
#include "analysis/weigh/evidence.h"

#define VERDICT_WORST 5

/* A statistic that a scenario has trouble to reach. */
struct miss {
    const char *name; /* label of the request */
    const char *unit;
    bool is_interval; /* the fact is an interval: observed_low to observed_high */
    double observed;  /* the value, or NAN for an interval */
    double observed_low, observed_high;
    double median, low, high; /* of the simulated raw values: median and central 95 % */
    double tail_p; /* two-sided share of trials at least as far out; for an interval the share
                      inside */
};

struct scenario_verdict {
    const char *name, *title, *claim;
    double prior, probability, probability_se;
    double log10_bayes_factor,
        log10_bayes_factor_se; /* against the most probable scenario by evidence; 0 for that one */
    const char *words;         /* verbal scale for that factor */
    double fit_p_value;        /* can it produce this evidence at all? */
    double fit_p_low, fit_p_high; /* 95 % Monte Carlo interval of it */
    bool fits; /* at 0.05 after Holm's correction; none does where all fail without */
    bool in_set_90, in_set_95;
    double member_probability[MEMBERS_MAX]; /* of each single classifier */
    struct miss worst[VERDICT_WORST];
    size_t n_worst;
};

/* A group of scenarios against all others of the case. */
struct group_verdict {
    const char *name;
    const bool *is_member; /* [n_scenarios], borrowed from the case */
    double prior, probability, probability_se;
    double log10_bayes_factor, log10_bayes_factor_se; /* for the group; NAN if nothing is outside */
    const char *words; /* verbal scale for it, whichever way it points */
};

struct verdict {
    const char *case_path, *case_title;
    const char *const *assumed; /* n_assumed sentences: defaults that were taken; borrowed */
    int n_assumed;
    uint64_t seed, trials_per_scenario;
    enum evidence_kind evidence_kind;
    const struct evidence *evidence;    /* borrowed */
    struct scenario_verdict *scenarios; /* [n_scenarios], in the case's order */
    size_t n_scenarios;
    size_t *by_probability; /* scenario indices, most probable first; ties in the case's order */
    struct group_verdict *groups; /* [n_groups], in the case's order */
    size_t n_groups;
    struct balance balance;         /* the evidence ledger, where it was asked for */
    double none_p_value;            /* "none of these": can any of them produce it? */
    double none_p_low, none_p_high; /* 95 % Monte Carlo interval of it */
    bool none_rejected;             /* all fail: the verdict is "none of these" */
    bool
        extrapolation; /* the evidence lies outside what was simulated: probabilities are guesses */
    double disagreement;            /* greatest difference between two classifiers' probabilities */
    struct certificate certificate; /* calibration, out of sample */
    const char *member_name[MEMBERS_MAX];
    size_t n_members;
    struct {
        uint16_t a, b; /* scenario indices */
        double error;  /* how often one is taken for the other when one of the two is true */
    } * pairs;         /* pairs that cannot be told apart with this evidence, most probable first */
    size_t n_pairs;
    char sentence[1000]; /* one that a newspaper could quote without misleading */
    char trust[700];     /* and how far to trust it */
};

struct verdict_options {
    uint64_t seed;
    unsigned threads;
    unsigned members; /* MEMBERS_ALL, or a subset */
    bool ledger;      /* weigh each family and each statistic apart (balance.h) */
};

/* Weighs the evidence by the reference table. What it borrows (case, evidence) must outlive the
 * verdict. The caller frees, also after a failure. */
int verdict_reach(struct verdict *self, const struct case_file *case_file,
                  const struct evidence *evidence, const struct reference *reference,
                  const struct verdict_options *options, struct message *message);
void verdict_free(struct verdict *self);

#endif
