#include "cli/log_options.h"

#include "analysis/config/time_text.h"
#include "cli/command.h"

static int take_time(const char *option, const char *text, time_us *at, struct message *message)
{
    if (time_parse(text, at))
        return STATUS_OK;
    return fail(message, STATUS_INPUT,
                "--%s: \"%.40s\" is no time; expected 2016-05-04 or 2016-05-04T13:55:29Z", option,
                text);
}

static int take_year(struct ingest_options *options, const char *text, struct message *message)
{
    uint64_t year = 0;
    int status = option_u64("year", text, 1970, 2199, &year, message);
    options->year = (int)year;
    return status;
}

int log_option_take(struct ingest_options *options, int option, const char *value,
                    struct message *message)
{
    switch (option) {
    case LOG_FORMAT:
        options->format = value;
        return STATUS_OK;
    case LOG_YEAR:
        return take_year(options, value, message);
    case LOG_DATE:
        options->date = value;
        return STATUS_OK;
    case LOG_TIMEZONE:
        options->timezone = value;
        return STATUS_OK;
    case LOG_DATE_ORDER:
        options->date_order = value;
        return STATUS_OK;
    case LOG_NAME:
        options->name_glob = value;
        return STATUS_OK;
    case LOG_CLIENT:
        options->client = value;
        return STATUS_OK;
    case LOG_SERVER:
        options->server = value;
        return STATUS_OK;
    case LOG_FROM:
        return take_time("from", value, &options->from_us, message);
    case LOG_UNTIL:
        return take_time("until", value, &options->until_us, message);
    case LOG_COLUMNS:
        options->columns = value;
        return STATUS_OK;
    default:
        return STATUS_OK;
    }
}

void log_options_finish(struct ingest_options *options)
{
    if (options->from_us != 0 && options->until_us == 0)
        options->until_us = INT64_MAX;
}
