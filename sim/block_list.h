/* block_list.h - public lists of spam senders: messages are reported, reports add up, a list enters
 * the host.
 *
 * Models say which messages reach the parties of the case. How many more the same host sends to
 * people elsewhere, how often these report them, and how many of the addresses are traps, are
 * parameters of the host (reported_rows). How a list weighs reports, and when it enters and drops a
 * host, are parameters of the list (block_list_rows). What follows is a log of entries, which a
 * sensor at the position "lists" reads: one row per entry, the list as client, the host's name as
 * name.
 *
 * The rule is that of SpamCop's list in short (spamcop.net, "What is on the list?"; reports of the
 * last week, a trap hit worth five reports, more than one report needed, off the list a day after
 * the last report); a list of traps alone that enters a host at the first hit (psbl.org/about) is
 * the same rule with other numbers. Not modelled: the weight of fresh reports, reputation earned by
 * wanted mail, entries made by hand, mail that is refused because a list has the sender.
 */
#ifndef SIM_BLOCK_LIST_H
#define SIM_BLOCK_LIST_H

#include "sim/log.h"
#include "sim/rng.h"
#include "sim/schema.h"

struct world;
struct mail_array;

/* Rows of reported_rows: parameter numbers relative to host.reported - 1. */
enum reported_param {
    REPORTED_ELSEWHERE,  /* messages to people elsewhere per message to a party of the case */
    REPORTED_COMPLAINTS, /* probability that a recipient complains where lists hear of it */
    REPORTED_TRAPS,      /* share of the addresses elsewhere that are traps */
    REPORTED_N_PARAMS
};
extern const struct param_row reported_rows[];

/* Rows of block_list_rows: parameter numbers relative to block_list.first_param. */
enum block_list_param {
    BLOCK_LIST_COMPLAINTS,  /* share of complaints that this list gets */
    BLOCK_LIST_TRAPS,       /* share of all traps that are this list's */
    BLOCK_LIST_TRAP_POINTS, /* points of a trap hit; a complaint is one point */
    BLOCK_LIST_THRESHOLD,   /* points within the memory that make an entry */
    BLOCK_LIST_MEMORY_DAYS, /* older reports count no more */
    BLOCK_LIST_DELAY_HOURS, /* mean time from a message to a complaint (exponential) */
    BLOCK_LIST_EXPIRY_DAYS, /* an entry ends so long after the last report */
    BLOCK_LIST_N_PARAMS
};
extern const struct param_row block_list_rows[];

struct block_list {
    const char *name;
    uint32_t client;      /* id in world.clients under which its entries are logged */
    uint32_t first_param; /* parameter index of BLOCK_LIST_COMPLAINTS */
    uint64_t entity;      /* of the streams of its reports */
};

/* No more reports than this of one message and kind are simulated: far more than any threshold. */
#define BLOCK_LIST_MAX_REPORTS 1000

/* One report; an array of them is kept as queries: time, and points in .flags (1: trap). Draws the
 * reports that `list` gets of all messages of `host` into *reports (emptied first), sorted by time.
 * Further attempts at a message and bounces are no messages. Every message has a stream of its own:
 * one message more or less leaves the reports of all others as they were. STATUS_RUN when memory
 * runs out. */
int block_list_reports(const struct world *world, const double *values, struct rng_key key,
                       uint32_t list, uint32_t host, const struct mail_array *mails,
                       struct query_array *reports, struct query_array *scratch);

/* What the list makes of the reports: appends one row to *entries for each time at which it enters
 * the host. STATUS_RUN when memory runs out. */
int block_list_enter(const struct world *world, const double *values, uint32_t list, uint32_t host,
                     const struct query_array *reports, struct query_array *entries);

/* Both, for every list and host of the world; *entries is sorted by time on return. */
int block_lists_run(const struct world *world, const double *values, struct rng_key key,
                    const struct mail_array *mails, struct query_array *reports,
                    struct query_array *scratch, struct query_array *entries);

#endif
