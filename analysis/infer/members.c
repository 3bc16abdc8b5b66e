#include "analysis/infer/members.h"

#include "analysis/infer/exponential.h"

#include <math.h>

const struct member_kind *const members[MEMBERS_MAX + 1] = {
    &member_forest, &member_logistic, &member_network, &member_neighbours, NULL,
};

void log_softmax(double *logit, size_t n_classes)
{
    double most = logit[0], sum = 0;
    for (size_t c = 1; c < n_classes; c++)
        most = fmax(most, logit[c]);
    for (size_t c = 0; c < n_classes; c++)
        sum += exponential(logit[c] - most);
    for (size_t c = 0; c < n_classes; c++)
        logit[c] -= most + log(sum);
}
