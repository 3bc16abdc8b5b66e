/* mail_stream.c - a steady stream of mail from one server to one gateway. */
#include "sim/model.h"

enum { MESSAGES_PER_HOUR };

static const struct param_row params[] = {
    [MESSAGES_PER_HOUR] = {"messages_per_hour", UNIT_PER_HOUR, 0, 100000, "loguniform(0.1, 1000)",
                           "messages in a Poisson stream", NULL},
    [MESSAGES_PER_HOUR + 1] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

enum { FROM, TO };

static const struct role_row roles[] = {
    [FROM] = {"from", true, true, false, "whose mail host sends; the first party bound"},
    [TO] = {"to", true, false, true, "whose gateway receives; the first party bound"},
    {NULL, false, false, false, NULL},
};

static int run(struct model_run *model_run)
{
    const struct world *world = model_run->world;
    int from = model_run->instance->roles[FROM].party[0];
    int to = model_run->instance->roles[TO].party[0];
    int host = world_host_of(world, from);
    double rate_per_s = model_run->param[MESSAGES_PER_HOUR] / 3600.0;
    struct rate_profile flat;
    struct rng rng;
    rate_flat(&flat, &world->parties[from].grid);
    model_stream(model_run, "messages", 0, &rng);
    time_us t = world->start_us;
    while ((t = rate_next(&flat, rate_per_s, t, &rng)) < world->until_us)
        if (traffic_mail(model_run->traffic, t, host, to, MAIL_ACCEPTED) != STATUS_OK)
            return STATUS_RUN;
    return STATUS_OK;
}

const struct model model_mail_stream = {
    .name = "mail-stream",
    .summary = "a steady stream of mail from one server to one gateway",
    .description =
        "Messages arrive independently of each other at a constant rate, day and night, and are "
        "accepted at once; each makes the gateway's look-ups. The demand of a busy server, and of "
        "test beds: with it, what is left to explain is the resolver in between.",
    .params = params,
    .roles = roles,
    .run = run,
};
