#include "analysis/ingest/packet.h"

#ifdef HAVE_PCAP
#include <pcap/pcap.h>
#endif

/* Captures of tcpdump: both byte orders, micro- and nanoseconds; and pcapng. */
static int pcap_detect(struct text first)
{
    static const char magics[][5] = {"\xd4\xc3\xb2\xa1", "\xa1\xb2\xc3\xd4", "\x4d\x3c\xb2\xa1",
                                     "\xa1\xb2\x3c\x4d", "\x0a\x0d\x0d\x0a"};
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
        if (first.n >= 24 && memcmp(first.at, magics[i], 4) == 0)
            return 100;
    return 0;
}

#ifdef HAVE_PCAP

#define LAST_SECOND INT64_C(7258118400) /* 2200-01-01 */

static int packets(struct reader *reader, pcap_t *capture)
{
    struct pcap_pkthdr *header;
    const u_char *bytes;
    int link_type = pcap_datalink(capture), status = STATUS_OK;
    struct packet_state *state = reader->state;
    if (!packet_knows_link(link_type))
        return fail(
            reader->message, STATUS_INPUT,
            "%s: link type %d of the capture is not known; expected Ethernet, raw IP, Linux "
            "cooked or loopback: convert it with editcap -T",
            reader->file, link_type);
    for (;;) {
        int got = pcap_next_ex(capture, &header, &bytes);
        if (got == PCAP_ERROR_BREAK)
            return STATUS_OK;
        if (got != 1) {
            ingest_report_note(reader->report, "%s: the capture breaks off: %s", reader->file,
                               pcap_geterr(capture));
            return STATUS_OK;
        }
        reader_next_record(reader);
        int64_t s = header->ts.tv_sec, us = header->ts.tv_usec;
        if (s < 0 || s > LAST_SECOND || us < 0 || us >= US_PER_S)
            status = reader_bad(reader, "the packet has no sensible time");
        else
            status =
                packet_report(state, reader, link_type, bytes, header->caplen, s * US_PER_S + us);
        if (status != STATUS_OK)
            return status;
    }
}

static int pcap_stream(struct reader *reader)
{
    char why[PCAP_ERRBUF_SIZE];
    FILE *file = input_stream(reader->input);
    if (file == NULL)
        return fail(reader->message, STATUS_RUN, "out of memory");
    pcap_t *capture =
        pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_MICRO, why);
    if (capture == NULL) {
        fclose(file);
        return fail(reader->message, STATUS_INPUT, "%s: not a readable capture: %s", reader->file,
                    why);
    }
    int status = packets(reader, capture);
    pcap_close(capture);
    return status;
}

#else

static int pcap_stream(struct reader *reader)
{
    return fail(reader->message, STATUS_INPUT, "%s: this build cannot read captures", reader->file);
}

#endif

static int pcap_end(struct reader *reader)
{
    return packet_finish(reader->state, reader);
}

static void pcap_free(void *state)
{
    packet_state_free(state);
}

const struct log_format format_pcap = {
    .name = "pcap",
    .title = "packet capture, pcap or pcapng",
    .summary = "DNS messages to and from port 53 over UDP and TCP; choose a side with --server.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
#ifndef HAVE_PCAP
    .missing = "libpcap",
#endif
    .detect = pcap_detect,
    .stream = pcap_stream,
    .state_size = sizeof(struct packet_state),
    .end = pcap_end,
    .free_state = pcap_free,
};
