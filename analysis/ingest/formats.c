#include "analysis/ingest/format.h"

/* One row a format: a new one is one line here and one in the list. */
/* clang-format off */
extern const struct log_format
    format_pcap,
    format_dnstap,
    format_cdns,
    format_bind,
    format_unbound,
    format_dnsmasq,
    format_coredns,
    format_adguard,
    format_technitium,
    format_route53,
    format_knot,
    format_pdns_recursor,
    format_pdns_auth,
    format_zeek,
    format_zeek_json,
    format_suricata,
    format_jsonl,
    format_json,
    format_tcpdump,
    format_tshark_text,
    format_dnstap_text,
    format_dnstap_yaml,
    format_dnstap_json,
    format_tshark_json,
    format_tshark_ek,
    format_windows,
    format_cof,
    format_passivedns,
    format_postfix,
    format_exim,
    format_sendmail,
    format_mail_csv,
    format_mail_jsonl,
    format_aggregate_csv,
    format_pipe,
    format_pipe_summary,
    format_csv;

const struct log_format *const log_formats[] = {
    &format_pcap,
    &format_dnstap,
    &format_cdns,
    &format_bind,
    &format_unbound,
    &format_dnsmasq,
    &format_coredns,
    &format_adguard,
    &format_technitium,
    &format_route53,
    &format_knot,
    &format_pdns_recursor,
    &format_pdns_auth,
    &format_zeek,
    &format_zeek_json,
    &format_suricata,
    &format_jsonl,
    &format_json,
    &format_tcpdump,
    &format_tshark_text,
    &format_dnstap_text,
    &format_dnstap_yaml,
    &format_dnstap_json,
    &format_tshark_json,
    &format_tshark_ek,
    &format_windows,
    &format_cof,
    &format_passivedns,
    &format_postfix,
    &format_exim,
    &format_sendmail,
    &format_mail_csv,
    &format_mail_jsonl,
    &format_aggregate_csv,
    &format_pipe,
    &format_pipe_summary,
    &format_csv,
    NULL,
};
/* clang-format on */

const struct log_format *log_format_find(const char *name)
{
    for (size_t i = 0; log_formats[i] != NULL; i++)
        if (strcmp(log_formats[i]->name, name) == 0)
            return log_formats[i];
    return NULL;
}
