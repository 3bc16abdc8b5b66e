/* classify.c - `mxplain classify`: the comparator on any reference table, from any simulator. */
#include "cli/classify.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analysis/infer/fit.h"
#include "analysis/infer/workers.h"
#include "cli/command.h"

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int read_option(struct classify_settings *s, int c, char **argv, struct message *message)
{
    switch (c) {
    case 'r':
        s->table = optarg;
        return STATUS_OK;
    case 'o':
        s->observed = optarg;
        return STATUS_OK;
    case 'l':
        s->label = optarg;
        return STATUS_OK;
    case 'u':
        s->truth = optarg;
        return STATUS_OK;
    case 'e':
        s->exact = optarg;
        return STATUS_OK;
    case 'p':
        s->prior = optarg;
        return STATUS_OK;
    case 'i':
        if (s->n_ignored == CLASSIFY_IGNORED_MAX)
            return fail(message, STATUS_INPUT, "classify: more than %d --ignore options",
                        CLASSIFY_IGNORED_MAX);
        s->ignored[s->n_ignored++] = optarg;
        return STATUS_OK;
    case 'n':
        return option_u64("trees", optarg, 5, 100000, &s->trees, message);
    case 's':
        return option_u64("seed", optarg, 0, UINT64_MAX, &s->seed, message);
    case 't':
        return option_u64("threads", optarg, 1, 1024, &s->threads, message);
    case 'j':
        s->json = 1;
        return STATUS_OK;
    default:
        return option_unknown("classify", argv, message);
    }
}

static int read_settings(struct classify_settings *s, int argc, char **argv,
                         struct message *message)
{
    static const struct option options[] = {
        {"table", required_argument, NULL, 'r'},  {"observed", required_argument, NULL, 'o'},
        {"label", required_argument, NULL, 'l'},  {"truth", required_argument, NULL, 'u'},
        {"exact", required_argument, NULL, 'e'},  {"prior", required_argument, NULL, 'p'},
        {"ignore", required_argument, NULL, 'i'}, {"trees", required_argument, NULL, 'n'},
        {"seed", required_argument, NULL, 's'},   {"threads", required_argument, NULL, 't'},
        {"json", no_argument, NULL, 'j'},         {NULL, 0, NULL, 0}};
    int status = STATUS_OK, c;
    *s = (struct classify_settings){.trees = 300, .seed = 1, .threads = default_threads()};
    while (status == STATUS_OK && (c = getopt_long(argc, argv, "", options, NULL)) != -1)
        status = read_option(s, c, argv, message);
    if (status == STATUS_OK && optind < argc)
        return fail(message, STATUS_INPUT, "classify: unexpected argument \"%.60s\"", argv[optind]);
    if (status == STATUS_OK && (s->table == NULL || s->observed == NULL))
        return fail(message, STATUS_INPUT,
                    "classify: both --table FILE and --observed FILE are "
                    "needed");
    return status;
}

/* The tables with their columns brought into one order. */
struct tables {
    struct numeric_csv reference, observed;
    size_t n_columns; /* statistics used */
    const char **name;
    double *observed_value; /* [row][statistic]; the reference table's are in reference.value */
};

static int is_ignored(const struct classify_settings *s, const char *name)
{
    for (size_t i = 0; i < s->n_ignored; i++)
        if (strcmp(s->ignored[i], name) == 0)
            return 1;
    return 0;
}

/* Is `name` one of the comma-separated names in `list`? */
static int in_list(const char *list, const char *name)
{
    size_t length = strlen(name);
    while (list != NULL && *list != '\0') {
        size_t n = strcspn(list, ",");
        if (n == length && strncmp(list, name, n) == 0)
            return 1;
        list += n + (list[n] == ',');
    }
    return 0;
}

static int check_headers(const struct classify_settings *s, const struct tables *t,
                         struct message *message)
{
    for (size_t i = 0; i < t->reference.n_columns; i++) {
        const char *name = t->reference.column_name[i];
        if (is_ignored(s, name))
            continue;
        if (in_list(s->exact, name))
            return fail(message, STATUS_INPUT,
                        "%s: column '%s' is named by --exact, so it cannot be a statistic; "
                        "--ignore %s leaves it out",
                        s->table, name, name);
        if (numeric_csv_find(&t->observed, name) == t->observed.n_columns)
            return fail(message, STATUS_INPUT,
                        "%s: there is no column '%s', which is a statistic of %s; --ignore %s "
                        "leaves it out of both",
                        s->observed, name, s->table, name);
    }
    for (size_t i = 0; i < t->observed.n_columns; i++) {
        const char *name = t->observed.column_name[i];
        if (!is_ignored(s, name) && !in_list(s->exact, name) &&
            numeric_csv_find(&t->reference, name) == t->reference.n_columns)
            return fail(message, STATUS_INPUT,
                        "%s: column '%s' is not in %s; --ignore %s leaves it out", s->observed,
                        name, s->table, name);
    }
    return STATUS_OK;
}

/* Moves the used columns of the reference table together, in place: a second copy of a large table
 * might not fit into memory. `from` ascends. */
static void compact(double *value, size_t n_rows, size_t n_columns, const size_t *from,
                    size_t n_used)
{
    for (size_t i = 0; i < n_rows && n_used < n_columns; i++)
        for (size_t k = 0; k < n_used; k++)
            value[i * n_used + k] = value[i * n_columns + from[k]];
}

/* Brings the used columns of both tables, matched by name, into one order. */
static int align_columns(const struct classify_settings *s, struct tables *t,
                         struct message *message)
{
    struct numeric_csv *ref = &t->reference, *obs = &t->observed;
    size_t *from = malloc((ref->n_columns + 1) * sizeof *from);
    t->name = malloc((ref->n_columns + 1) * sizeof *t->name);
    t->observed_value = malloc((obs->n_rows * ref->n_columns + 1) * sizeof(double));
    int status = STATUS_OK;
    if (from == NULL || t->name == NULL || t->observed_value == NULL) {
        status = fail(message, STATUS_RUN, "out of memory for %zu observations", obs->n_rows);
        goto out;
    }
    for (size_t i = 0; i < ref->n_columns; i++)
        if (!is_ignored(s, ref->column_name[i])) {
            from[t->n_columns] = i;
            t->name[t->n_columns++] = ref->column_name[i];
        }
    compact(ref->value, ref->n_rows, ref->n_columns, from, t->n_columns);
    for (size_t k = 0; k < t->n_columns; k++) {
        size_t column = numeric_csv_find(obs, t->name[k]);
        for (size_t i = 0; i < obs->n_rows; i++)
            t->observed_value[i * t->n_columns + k] = obs->value[i * obs->n_columns + column];
    }
out:
    free(from);
    return status;
}

static int load(const struct classify_settings *s, struct tables *t, struct message *message)
{
    int status = numeric_csv_read(&t->reference, s->table,
                                  s->label != NULL ? LABEL_NAMED : LABEL_FIRST, s->label, message);
    if (status != STATUS_OK)
        return status;
    if (s->truth != NULL)
        status = numeric_csv_read(&t->observed, s->observed, LABEL_NAMED, s->truth, message);
    else
        status = numeric_csv_read(&t->observed, s->observed, LABEL_IF_PRESENT,
                                  t->reference.label_column, message);
    if (status != STATUS_OK)
        return status;
    if (t->observed.n_rows == 0)
        return fail(message, STATUS_INPUT, "%s: there is no observation", s->observed);
    numeric_csv_sort_labels(&t->reference);
    status = check_headers(s, t, message);
    return status == STATUS_OK ? align_columns(s, t, message) : status;
}

static void tables_free(struct tables *t)
{
    numeric_csv_free(&t->reference);
    numeric_csv_free(&t->observed);
    free(t->name);
    free(t->observed_value);
}

static int answers_init(struct classify_answers *a, const struct tables *t, struct message *message)
{
    size_t n = t->observed.n_rows, n_classes = t->reference.n_labels;
    *a = (struct classify_answers){.n = n, .n_classes = n_classes};
    a->class_name = (const char *const *)t->reference.label_name;
    a->probability = calloc(n * n_classes + 1, sizeof(double));
    a->probability_error = calloc(n * n_classes + 1, sizeof(double));
    a->in_set_90 = calloc(n * n_classes + 1, 1);
    a->in_set_95 = calloc(n * n_classes + 1, 1);
    a->none_p = calloc(n + 1, sizeof(double));
    a->is_extrapolation = calloc(n + 1, 1);
    int ok = a->probability != NULL && a->probability_error != NULL && a->in_set_90 != NULL &&
             a->in_set_95 != NULL && a->none_p != NULL && a->is_extrapolation != NULL;
    for (size_t k = 0; k < MEMBERS_MAX; k++) {
        a->member_probability[k] = calloc(n * n_classes + 1, sizeof(double));
        ok = ok && a->member_probability[k] != NULL;
    }
    return ok ? STATUS_OK : fail(message, STATUS_RUN, "out of memory for %zu observations", n);
}

static void answers_free(struct classify_answers *a)
{
    free(a->probability);
    free(a->probability_error);
    free(a->in_set_90);
    free(a->in_set_95);
    free(a->none_p);
    free(a->is_extrapolation);
    free(a->truth);
    free(a->exact);
    for (size_t k = 0; k < MEMBERS_MAX; k++)
        free(a->member_probability[k]);
}

static int find_truth(const struct classify_settings *s, const struct tables *t,
                      struct classify_answers *a, struct message *message)
{
    if (s->truth == NULL)
        return STATUS_OK;
    a->truth = malloc((a->n + 1) * sizeof *a->truth);
    if (a->truth == NULL)
        return fail(message, STATUS_RUN, "out of memory for %zu observations", a->n);
    for (size_t i = 0; i < a->n; i++) {
        const char *name = t->observed.label_name[t->observed.label[i]];
        size_t c = 0;
        while (c < a->n_classes && strcmp(a->class_name[c], name) != 0)
            c++;
        if (c == a->n_classes)
            return fail(message, STATUS_INPUT,
                        "%s: observation %zu is of model '%.60s', which is not in %s", s->observed,
                        i + 1, name, s->table);
        a->truth[i] = (uint16_t)c;
    }
    return STATUS_OK;
}

/* --exact NAME is the probability of the last class; NAME,NAME,... one name per class. */
static int find_exact(const struct classify_settings *s, const struct tables *t,
                      struct classify_answers *a, struct message *message)
{
    size_t class = 0, n_names = 1;
    if (s->exact == NULL)
        return STATUS_OK;
    for (const char *p = s->exact; *p != '\0'; p++)
        n_names += *p == ',';
    if (n_names != 1 && n_names != a->n_classes)
        return fail(message, STATUS_INPUT,
                    "--exact names %zu columns: expected one (for the last of the models) or one "
                    "for each of the %zu models",
                    n_names, a->n_classes);
    a->exact = malloc((a->n * a->n_classes + 1) * sizeof *a->exact);
    char *names = strdup(s->exact), *rest = names;
    int status = a->exact != NULL && names != NULL
                     ? STATUS_OK
                     : fail(message, STATUS_RUN, "out of memory for %zu observations", a->n);
    for (size_t i = 0; i < a->n * a->n_classes && status == STATUS_OK; i++)
        a->exact[i] = NAN;
    for (class = n_names == 1 ? a->n_classes - 1 : 0; class < a->n_classes && status == STATUS_OK;
         class ++) {
        const char *name = strsep(&rest, ",");
        size_t column = numeric_csv_find(&t->observed, name);
        if (column == t->observed.n_columns)
            status = fail(message, STATUS_INPUT, "%s: there is no column '%s' (--exact)",
                          s->observed, name);
        for (size_t i = 0; i < a->n && status == STATUS_OK; i++)
            a->exact[i * a->n_classes + class] =
                t->observed.value[i * t->observed.n_columns + column];
    }
    free(names);
    return status;
}

/* Prior weights in the order of the models; NULL stays NULL. */
static int read_prior(const struct classify_settings *s, size_t n_classes, double **prior,
                      struct message *message)
{
    const char *at = s->prior;
    *prior = NULL;
    if (at == NULL)
        return STATUS_OK;
    *prior = calloc(n_classes + 1, sizeof **prior);
    if (*prior == NULL)
        return fail(message, STATUS_RUN, "out of memory for %zu models", n_classes);
    for (size_t c = 0; c < n_classes; c++) {
        char *end;
        (*prior)[c] = strtod(at, &end);
        if (end == at || *end != (c + 1 < n_classes ? ',' : '\0'))
            return fail(message, STATUS_INPUT,
                        "--prior \"%.60s\": expected %zu numbers with commas between, in the order "
                        "of the models' names",
                        s->prior, n_classes);
        at = end + 1;
    }
    return STATUS_OK;
}

/* Rows of one pattern of missing values, answered by one fit. */
struct pattern_job {
    const struct tables *tables;
    const struct comparator *comparator;
    const struct fit_models *models;
    const uint32_t *pattern; /* per observation */
    uint32_t which;
    struct classify_answers *answers;
};

static void store(struct classify_answers *a, size_t i, const struct prediction *p)
{
    size_t n_classes = a->n_classes;
    memcpy(a->probability + i * n_classes, p->probability, n_classes * sizeof(double));
    memcpy(a->probability_error + i * n_classes, p->probability_error, n_classes * sizeof(double));
    memcpy(a->in_set_90 + i * n_classes, p->in_set_90, n_classes);
    memcpy(a->in_set_95 + i * n_classes, p->in_set_95, n_classes);
    for (size_t k = 0; k < p->n_members; k++)
        memcpy(a->member_probability[k] + i * n_classes, p->member_probability[k],
               n_classes * sizeof(double));
    a->is_extrapolation[i] = (uint8_t)p->is_extrapolation;
}

static int predict_one(void *context, size_t index, struct message *message)
{
    struct pattern_job *job = context;
    struct prediction prediction;
    if (job->pattern[index] != job->which)
        return STATUS_OK;
    const double *x = job->tables->observed_value + index * job->tables->n_columns;
    int status = prediction_init(&prediction, job->answers->n_classes, message);
    if (status == STATUS_OK)
        status = comparator_predict(job->comparator, x, &prediction, message);
    if (status == STATUS_OK)
        store(job->answers, index, &prediction);
    prediction_free(&prediction);
    return status;
}

static int test_one(void *context, size_t index, struct message *message)
{
    struct pattern_job *job = context;
    struct fit fit;
    if (job->pattern[index] != job->which)
        return STATUS_OK;
    const double *x = job->tables->observed_value + index * job->tables->n_columns;
    int status = fit_test(job->models, x, &fit, message);
    if (status == STATUS_OK)
        job->answers->none_p[index] = fit.p_value;
    fit_free(&fit);
    return status;
}

/* The certificate of the first fit; where statistics are missing, the others have their own. */
static int note_certificate(const struct comparator *comparator, struct classify_answers *a,
                            struct message *message)
{
    struct certificate certificate;
    if (a->n_fits++ > 0)
        return STATUS_OK;
    int status = comparator_certificate(comparator, NULL, 99, &certificate, message);
    a->n_members = comparator->n_members;
    for (size_t k = 0; k < comparator->n_members; k++)
        a->member_name[k] = comparator->kind[k]->name;
    a->n_held_out = certificate.n_rows;
    a->n_unused = comparator->split.n_unused;
    a->held_out_log_score = certificate.scores.log_score;
    a->held_out_error = certificate.scores.error;
    a->held_out_ece = certificate.scores.calibration_error;
    certificate_free(&certificate);
    return status;
}

static int answer_pattern(const struct classify_settings *s, const struct table *table,
                          struct pattern_job *job, const double *example, struct message *message)
{
    struct comparator comparator = {0};
    struct comparator_options options;
    struct fit_models models = {0};
    struct fit_options fit_options;
    comparator_options_init(&options);
    fit_options_init(&fit_options);
    options.seed = fit_options.seed = s->seed;
    options.threads = fit_options.threads = (unsigned)s->threads;
    options.trees = s->trees;
    options.observed = fit_options.observed = example;
    job->comparator = &comparator;
    job->models = &models;
    double start = seconds_now();
    int status = comparator_fit(&comparator, table, &options, message);
    double fitted = seconds_now();
    if (status == STATUS_OK)
        status = workers_run(options.threads, job->answers->n, predict_one, job, message);
    job->answers->seconds_fit += fitted - start;
    job->answers->seconds_predict += seconds_now() - fitted;
    if (status == STATUS_OK)
        status = fit_models_init(&models, table, &fit_options, message);
    if (status == STATUS_OK)
        status = workers_run(options.threads, job->answers->n, test_one, job, message);
    if (status == STATUS_OK)
        status = note_certificate(&comparator, job->answers, message);
    fit_models_free(&models);
    comparator_free(&comparator);
    return status;
}

static int same_pattern(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(a[i]) != isnan(b[i]))
            return 0;
    return 1;
}

/* Numbers the patterns of missing values; example[k] is the first row of pattern k. */
static int find_patterns(const struct tables *t, uint32_t *pattern, size_t *example,
                         size_t *n_patterns, struct message *message)
{
    *n_patterns = 0;
    for (size_t i = 0; i < t->observed.n_rows; i++) {
        const double *row = t->observed_value + i * t->n_columns;
        size_t k = 0;
        while (k < *n_patterns &&
               !same_pattern(row, t->observed_value + example[k] * t->n_columns, t->n_columns))
            k++;
        if (k == CLASSIFY_PATTERNS_MAX)
            return fail(message, STATUS_INPUT,
                        "the observations have more than %d different patterns of missing values; "
                        "each needs a fit of its own: split the file",
                        CLASSIFY_PATTERNS_MAX);
        if (k == *n_patterns)
            example[(*n_patterns)++] = i;
        pattern[i] = (uint32_t)k;
    }
    return STATUS_OK;
}

static int answer_all(const struct classify_settings *s, const struct tables *t,
                      const double *prior, struct classify_answers *a, struct message *message)
{
    struct table table = {.n_rows = t->reference.n_rows,
                          .n_columns = t->n_columns,
                          .n_classes = t->reference.n_labels,
                          .values = t->reference.value,
                          .labels = t->reference.label,
                          .prior = prior,
                          .column_names = t->name,
                          .class_names = a->class_name};
    size_t example[CLASSIFY_PATTERNS_MAX], n_patterns = 0;
    uint32_t *pattern = malloc((a->n + 1) * sizeof *pattern);
    int status = pattern != NULL
                     ? find_patterns(t, pattern, example, &n_patterns, message)
                     : fail(message, STATUS_RUN, "out of memory for %zu observations", a->n);
    struct pattern_job job = {.tables = t, .pattern = pattern, .answers = a};
    for (size_t k = 0; k < n_patterns && status == STATUS_OK; k++) {
        job.which = (uint32_t)k;
        status =
            answer_pattern(s, &table, &job, t->observed_value + example[k] * t->n_columns, message);
    }
    free(pattern);
    return status;
}

static int run_classify(int argc, char **argv, struct message *message)
{
    struct classify_settings s;
    struct tables tables = {0};
    struct classify_answers answers = {0};
    double *prior = NULL;
    int status = read_settings(&s, argc, argv, message);
    if (status == STATUS_OK)
        status = load(&s, &tables, message);
    if (status == STATUS_OK)
        status = answers_init(&answers, &tables, message);
    if (status == STATUS_OK)
        status = find_truth(&s, &tables, &answers, message);
    if (status == STATUS_OK)
        status = find_exact(&s, &tables, &answers, message);
    if (status == STATUS_OK)
        status = read_prior(&s, answers.n_classes, &prior, message);
    if (status == STATUS_OK)
        status = answer_all(&s, &tables, prior, &answers, message);
    if (status == STATUS_OK)
        status = s.json ? classify_print_json(&answers, message)
                        : classify_print_text(&answers, message);
    answers_free(&answers);
    tables_free(&tables);
    free(prior);
    return status;
}

const struct command command_classify = {
    "classify", "classify --table REF.csv --observed OBS.csv [OPTION...]",
    "Weighs the models of a reference table, from any simulator, for each observation",
    "      --table FILE        reference table: a header, the model in the first column, then "
    "statistics; .gz too\n"
    "      --observed FILE     observations with the same statistics (matched by name)\n"
    "      --label NAME        the reference table's column with the model (the first)\n"
    "      --truth NAME        the observations' column with the true model: prints scores\n"
    "      --exact NAME[,...]  column with the exact probability of the last model (or one column "
    "per model)\n"
    "      --ignore NAME       leave a column out; may be given several times\n"
    "      --prior W,W,...     prior weights in the order of the models' names (equal)\n"
    "      --trees N           trees of the forest (300)\n"
    "      --seed S            random seed (1): the same seed gives the same answers\n"
    "      --threads T         worker threads (all processors); they do not change the answers\n"
    "      --json              print JSON\n",
    run_classify};
