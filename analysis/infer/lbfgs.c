#include "analysis/infer/lbfgs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MEMORY = 10, BACKTRACKS_MAX = 30 };

struct history {
    size_t n;
    size_t kept;   /* pairs stored, at most MEMORY */
    size_t newest; /* slot of the last pair */
    double *step[MEMORY];
    double *change[MEMORY];
    double inverse[MEMORY]; /* 1 / (step . change) */
};

static double dot(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static double largest(const double *a, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(a[i]));
    return most;
}

static void add_scaled(double *target, double factor, const double *source, size_t n)
{
    for (size_t i = 0; i < n; i++)
        target[i] += factor * source[i];
}

/* direction = -H gradient by the two-loop recursion. */
static void descend(const struct history *history, const double *gradient, double *direction)
{
    double factor[MEMORY];
    size_t n = history->n;
    for (size_t i = 0; i < n; i++)
        direction[i] = -gradient[i];
    if (history->kept == 0)
        return;
    for (size_t k = 0; k < history->kept; k++) {
        size_t slot = (history->newest + MEMORY - k) % MEMORY;
        factor[slot] = history->inverse[slot] * dot(history->step[slot], direction, n);
        add_scaled(direction, -factor[slot], history->change[slot], n);
    }
    const double *change = history->change[history->newest];
    double scale = 1 / (history->inverse[history->newest] * dot(change, change, n));
    for (size_t i = 0; i < n; i++)
        direction[i] *= scale;
    for (size_t k = history->kept; k-- > 0;) {
        size_t slot = (history->newest + MEMORY - k) % MEMORY;
        double back = history->inverse[slot] * dot(history->change[slot], direction, n);
        add_scaled(direction, factor[slot] - back, history->step[slot], n);
    }
}

static void remember(struct history *history, const double *step, const double *change)
{
    double product = dot(step, change, history->n);
    if (!(product > 1e-12 * dot(change, change, history->n)))
        return; /* no positive curvature: the pair would spoil the matrix */
    size_t slot = history->kept == 0 ? 0 : (history->newest + 1) % MEMORY;
    memcpy(history->step[slot], step, history->n * sizeof *step);
    memcpy(history->change[slot], change, history->n * sizeof *change);
    history->inverse[slot] = 1 / product;
    history->newest = slot;
    if (history->kept < MEMORY)
        history->kept++;
}

struct search {
    lbfgs_objective *objective;
    void *context;
    size_t n;
    double *x, *gradient, *trial, *trial_gradient, *direction;
    double value;
};

/* Moves along the direction until Armijo's condition holds; returns 0 if no step lowers the value.
 */
static int line_search(struct search *s, double first_step)
{
    double slope = dot(s->gradient, s->direction, s->n);
    double step = first_step;
    if (!(slope < 0))
        return 0;
    for (int i = 0; i < BACKTRACKS_MAX; i++, step *= 0.5) {
        for (size_t j = 0; j < s->n; j++)
            s->trial[j] = s->x[j] + step * s->direction[j];
        double value = s->objective(s->context, s->trial, s->trial_gradient);
        if (isfinite(value) && value <= s->value + 1e-4 * step * slope) {
            s->value = value;
            return 1;
        }
    }
    return 0;
}

/* Takes the accepted trial point as the new x and stores the pair of differences. */
static void accept(struct search *s, struct history *history)
{
    for (size_t i = 0; i < s->n; i++) {
        double step = s->trial[i] - s->x[i];
        double change = s->trial_gradient[i] - s->gradient[i];
        s->x[i] = s->trial[i];
        s->gradient[i] = s->trial_gradient[i];
        s->trial[i] = step;
        s->trial_gradient[i] = change;
    }
    remember(history, s->trial, s->trial_gradient);
}

static void iterate(struct search *s, struct history *history, size_t iterations_max,
                    double tolerance)
{
    int idle = 0;
    for (size_t k = 0; k < iterations_max && idle < 2; k++) {
        double steepest = largest(s->gradient, s->n);
        if (steepest <= tolerance)
            return;
        double before = s->value;
        descend(history, s->gradient, s->direction);
        if (!line_search(s, history->kept == 0 ? fmin(1, 1 / steepest) : 1)) {
            if (history->kept == 0)
                return;
            history->kept = 0; /* a stale matrix: once more along the gradient */
            continue;
        }
        accept(s, history);
        idle = before - s->value < 1e-3 * tolerance * (1 + fabs(before)) ? idle + 1 : 0;
    }
}

int lbfgs_minimise(lbfgs_objective *objective, void *context, double *x, size_t n,
                   size_t iterations_max, double tolerance, struct message *message)
{
    double *store = malloc((4 + 2 * MEMORY) * (n ? n : 1) * sizeof *store);
    if (store == NULL)
        return fail(message, STATUS_RUN, "out of memory for a fit with %zu coefficients", n);
    struct history history = {.n = n};
    struct search s = {.objective = objective, .context = context, .n = n, .x = x};
    s.gradient = store;
    s.trial = store + n;
    s.trial_gradient = store + 2 * n;
    s.direction = store + 3 * n;
    for (size_t i = 0; i < MEMORY; i++) {
        history.step[i] = store + (4 + 2 * i) * n;
        history.change[i] = store + (5 + 2 * i) * n;
    }
    int code = STATUS_OK;
    s.value = objective(context, x, s.gradient);
    if (isfinite(s.value))
        iterate(&s, &history, iterations_max, tolerance);
    else
        code = fail(message, STATUS_RUN, "a fit starts from a value that is not finite");
    free(store);
    return code;
}
