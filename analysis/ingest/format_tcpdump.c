#include "analysis/ingest/reader.h"

/* tcpdump's text, print-domain.c. With -v each packet takes two lines: the time stands on the
 * first. */

struct tcpdump {
    struct timestamp stamp; /* of the packet whose second line is awaited */
    bool waiting;
};

static bool take_stamp(struct text *rest, struct timestamp *stamp)
{
    return timestamp_iso(rest, stamp) || timestamp_time_of_day(rest, stamp) ||
           timestamp_epoch(rest, stamp);
}

static bool is_dns_port(struct text port)
{
    return text_equal(port, "53") || text_equal(port, "domain");
}

/* `127.0.0.1.53` into address and port. */
static bool split_port(struct text source, struct text *address, struct text *port)
{
    const char *dot = source.n > 0 ? memrchr(source.at, '.', source.n) : NULL;
    if (dot == NULL)
        return false;
    *address = text_slice(source.at, (size_t)(dot - source.at));
    *port = text_from(source, dot + 1);
    return address->n > 0;
}

/* What follows the end points over TCP: the DNS text stands behind `length N`. False where there is
 * none. */
static bool skip_tcp(struct text *rest)
{
    if (!text_starts(*rest, "Flags ["))
        return true;
    const char *length = text_find(*rest, "length ");
    if (length == NULL)
        return false;
    *rest = text_from(*rest, length + 7);
    text_word(rest);
    text_skip_blanks(rest);
    return rest->n > 0;
}

static void skip_bracket_groups(struct text *rest)
{
    for (text_skip_blanks(rest); text_starts(*rest, "["); text_skip_blanks(rest))
        text_take(rest, ']');
}

static bool is_class(struct text word)
{
    return text_equal(word, "CHAOS") || text_equal(word, "HS") || text_equal(word, "ANY_CLASS") ||
           text_starts(word, "Class");
}

/* `55059% [1au] DNSKEY? . (40)`; the class stands behind the type where it is not IN. */
static const char *read_question(struct text rest, struct name *name, uint16_t *type)
{
    skip_bracket_groups(&rest); /* [bad udp cksum ..] */
    struct text id = text_word(&rest);
    if (id.n == 0 || id.at[0] < '0' || id.at[0] > '9')
        return "no query id stands behind the end points";
    skip_bracket_groups(&rest);
    struct text word = text_word(&rest), before = word;
    while (word.n > 0 && word.at[word.n - 1] != '?') {
        before = word;
        word = text_word(&rest);
    }
    if (word.n == 0)
        return "no question (TYPE?) in the packet";
    word.n--;
    if (!record_type_read(is_class(word) || text_starts(word, "(") ? before : word, type))
        return "the record type is not known";
    text_skip_blanks(&rest);
    const char *more = text_find(rest, ". ar: "); /* additional records, with -vv */
    const char *size = rest.n > 0 ? memrchr(rest.at, '(', rest.n) : NULL;
    const char *end = more != NULL ? more : size;
    if (end != NULL)
        rest = text_slice(rest.at, (size_t)(end - rest.at));
    return name_from_raw(name, text_trim(rest));
}

/* `SOURCE.PORT > TARGET.PORT: ...` */
static int packet(struct reader *reader, struct text rest, const struct timestamp *stamp)
{
    struct reader_query query = {.stamp = *stamp};
    struct text source = text_word(&rest), arrow = text_word(&rest), target = text_word(&rest);
    struct text source_port, target_port;
    struct name name;
    text_skip_blanks(&rest);
    if (target.n > 0 && target.at[target.n - 1] == ':')
        target.n--;
    if (!text_equal(arrow, ">") || !split_port(source, &query.client, &source_port) ||
        !split_port(target, &query.server, &target_port))
        return reader_other(reader); /* ICMP and other traffic without ports */
    bool to_server = is_dns_port(target_port), from_server = is_dns_port(source_port);
    if (!to_server && !from_server)
        return reader_other(reader);
    if (!skip_tcp(&rest))
        return reader_other(reader);
    if (!to_server || text_find(rest, " q: ") != NULL)
        return reader_answer(reader);
    const char *wrong = read_question(rest, &name, &query.type);
    query.name = &name;
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

/* What stands before the end points: `IP`, perhaps behind an interface (-i any), or the Ethernet
 * header (-e) up to `length N:`. */
static bool skip_link(struct text line, struct text *rest)
{
    const char *ip = text_find(line, " IP "), *ip6 = text_find(line, " IP6 ");
    const char *ethernet = text_find(line, ", ethertype IPv");
    if (ethernet != NULL) {
        *rest = text_from(line, ethernet);
        const char *length = text_find(*rest, ", length ");
        if (length == NULL)
            return false;
        *rest = text_from(*rest, length + 9);
        text_take(rest, ':');
        text_skip_blanks(rest);
        return true;
    }
    if (ip == NULL && ip6 == NULL)
        return false;
    *rest = text_from(line, ip != NULL ? ip + 4 : ip6 + 5);
    return true;
}

/* How often the clock goes through midnight in a file whose stamps have no date; 0 for other files.
 */
static int count_midnights(const char *path)
{
    struct input input;
    struct text line;
    struct timestamp stamp;
    int midnights = 0, last = -1;
    if (input_open(&input, path, NULL) != STATUS_OK)
        return 0;
    for (enum input_line got; (got = input_next_line(&input, &line)) != INPUT_END;) {
        if (got != INPUT_LINE || line.n == 0 || *line.at == ' ' || *line.at == '\t')
            continue;
        if (!timestamp_time_of_day(&line, &stamp))
            break;
        midnights += last >= 0 ? clock_midnight(last, stamp.second_of_day) : 0;
        last = stamp.second_of_day;
    }
    input_close(&input);
    return midnights > 0 ? midnights : 0;
}

/* The date of a file is that of its last line: the first one lies as many days before it as the
 * file has midnights. */
static int tcpdump_start(struct reader *reader)
{
    bool can_reopen = !reader->is_trial && reader->clock.file_date_us > 0;
    if (can_reopen && !reader->clock.has_given_day)
        reader->clock.file_date_us -= count_midnights(reader->file) * US_PER_DAY;
    return STATUS_OK;
}

static int tcpdump_line(struct reader *reader, struct text line)
{
    struct tcpdump *self = reader->state;
    if (text_trim(line).n == 0)
        return reader_other(reader);
    if (*line.at == ' ' || *line.at == '\t') {
        if (!self->waiting || text_find(line, " > ") == NULL)
            return reader_other(reader); /* payload (-x) or details (-vv) */
        self->waiting = false;
        text_skip_blanks(&line);
        return packet(reader, line, &self->stamp);
    }
    struct timestamp stamp;
    if (!take_stamp(&line, &stamp))
        return reader_bad(
            reader, "the line does not start with a time (tcpdump -tttt gives one with a date)");
    self->waiting = false;
    struct text rest;
    if (!skip_link(line, &rest))
        return text_find(line, "ARP") != NULL || text_find(line, ", ethertype ") != NULL
                   ? reader_other(reader)
                   : reader_bad(reader, "expected IP or IP6 behind the time");
    if (text_starts(rest, "(")) {
        self->stamp = stamp;
        self->waiting = true;
        return reader_other(reader);
    }
    return packet(reader, rest, &stamp);
}

const struct log_format format_tcpdump = {
    .name = "tcpdump",
    .title = "tcpdump, as text",
    .summary = "Printed packets to and from port 53; without -tt or -tttt the times have no date; "
               "dots inside labels are lost.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
    .needs_timezone = true,
    .line = tcpdump_line,
    .start = tcpdump_start,
    .state_size = sizeof(struct tcpdump),
};
