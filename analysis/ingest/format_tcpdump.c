#include "analysis/ingest/reader.h"

/* tcpdump's text, print-domain.c. With -v each packet of IPv4 takes two lines: the time stands on
 * the first. */

struct tcpdump {
    struct timestamp stamp; /* of the packet whose second line is awaited */
    bool waiting;
    bool after_packet; /* the line before had a time */
    bool any_packet;
    bool in_payload; /* among the lines of -A */
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

/* Passes over groups such as `[1au]`; gives true where `[2q]` is among them: several questions. */
static bool skip_bracket_groups(struct text *rest)
{
    bool several = false;
    for (text_skip_blanks(rest); text_skip(rest, "["); text_skip_blanks(rest)) {
        struct text group = text_take(rest, ']');
        several = several || (group.n > 1 && group.at[group.n - 1] == 'q');
    }
    return several;
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
    if (text_equal(id, "UDP,") || text_equal(id, "tcp"))
        return "tcpdump -q leaves the question out";
    if (id.n == 0 || id.at[0] < '0' || id.at[0] > '9')
        return "no query id stands behind the end points";
    bool several = skip_bracket_groups(&rest);
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
    const char *more = text_find(rest, " ar: "); /* additional records, with -vv */
    if (several && text_find(rest, ". ") != NULL)
        more = text_find(rest, ". ");
    const char *size = rest.n > 0 ? memrchr(rest.at, '(', rest.n) : NULL;
    const char *end = more != NULL ? more : size;
    if (end != NULL)
        rest = text_slice(rest.at, (size_t)(end - rest.at));
    return name_from_raw(name, text_trim(rest));
}

/* Takes `(tos 0x0, ttl 64, ... proto UDP (17), length 68)` off the front. */
static void skip_parentheses(struct text *rest)
{
    int depth = 0;
    size_t n = 0;
    while (n < rest->n) {
        char c = rest->at[n++];
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        if (depth == 0)
            break;
    }
    *rest = text_slice(rest->at + n, rest->n - n);
    text_skip_blanks(rest);
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

/* `ethertype IPv4 (0x0800), length 82: `; behind a VLAN's tag without the length; `AF IPv4 (2),
 * length 66: `. What stands before is passed over. */
static bool skip_link_header(struct text line, const char *mark, struct text *rest)
{
    const char *at = text_find(line, mark);
    if (at == NULL)
        return false;
    struct text behind = text_from(line, at);
    if (text_find(behind, "), ") == NULL)
        return false;
    behind = text_from(behind, text_find(behind, "), ") + 3);
    if (text_starts(behind, "length "))
        text_take(&behind, ':');
    text_skip_blanks(&behind);
    *rest = behind;
    return true;
}

/* What stands before the end points: `IP`, perhaps behind an interface (-i any), or the header of
 * the link (-e). */
static bool skip_link(struct text line, struct text *rest)
{
    if (skip_link_header(line, "ethertype IPv", rest) || skip_link_header(line, " AF IPv", rest))
        return true;
    static const char *const marks[] = {" IP ", " IP6 ", " ip: ", " ip6: "};
    const char *first = NULL;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        const char *at = text_find(line, marks[i]);
        if (at != NULL && (first == NULL || at < first)) {
            first = at;
            *rest = text_from(line, at + strlen(marks[i]));
        }
    }
    return first != NULL;
}

/* `    7  ` of --number. */
static void skip_number(struct text *line)
{
    struct text at = *line;
    uint64_t number;
    if (text_starts(at, " ") && text_number(text_word(&at), UINT64_MAX, &number) &&
        text_skip(&at, "  "))
        *line = at;
}

/* Lines that start with a blank: the second line of a packet, payload (-x), details (-vv). */
static int continued_line(struct reader *reader, struct text line)
{
    struct tcpdump *self = reader->state;
    struct text rest = line;
    struct timestamp stamp;
    text_skip_blanks(&rest);
    if (timestamp_time_of_day(&rest, &stamp) && text_starts(rest, " IP") && !reader->is_trial)
        return reader_bad(reader, "the times are relative (tcpdump -ttt, -ttttt): print it with "
                                  "-tttt, or read the capture itself");
    if (!self->any_packet)
        return reader_bad(reader, "the line does not belong to a packet");
    if (!self->waiting || text_find(line, " > ") == NULL)
        return reader_other(reader);
    self->waiting = false;
    text_skip_blanks(&line);
    return packet(reader, line, &self->stamp);
}

/* Lines without a time. Those of -A are the packet's bytes, from the first octet of its IP header
 * (0x45, 0x60) on. */
static int untimed_line(struct reader *reader, struct text line)
{
    struct tcpdump *self = reader->state;
    if (self->after_packet && (*line.at == 'E' || *line.at == '`'))
        self->in_payload = true;
    self->after_packet = false;
    bool is_dump = text_starts(line, "IP ") || text_starts(line, "IP6 ");
    if (self->in_payload || (is_dump && reader->is_trial))
        return reader_other(reader);
    return reader_bad(reader,
                      "the line does not start with a time (tcpdump -tttt gives one with a date)");
}

static int tcpdump_line(struct reader *reader, struct text line)
{
    struct tcpdump *self = reader->state;
    if (text_trim(line).n == 0)
        return reader_other(reader);
    skip_number(&line);
    if (*line.at == ' ' || *line.at == '\t')
        return continued_line(reader, line);
    struct timestamp stamp;
    if (!take_stamp(&line, &stamp))
        return untimed_line(reader, line);
    self->waiting = false;
    self->after_packet = self->any_packet = true;
    self->in_payload = false;
    struct text rest;
    if (!skip_link(line, &rest))
        return text_find(line, "ARP") != NULL || text_find(line, " ethertype ") != NULL
                   ? reader_other(reader)
                   : reader_bad(reader, "expected IP or IP6 behind the time");
    if (text_starts(rest, "("))
        skip_parentheses(&rest);
    if (text_trim(rest).n == 0) {
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
    .start = reader_date_from_file,
    .state_size = sizeof(struct tcpdump),
};
