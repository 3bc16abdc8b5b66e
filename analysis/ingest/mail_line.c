#include "analysis/ingest/mail_line.h"

struct text mail_value(struct text line, const char *key)
{
    for (struct text look = line;;) {
        const char *at = text_find(look, key);
        if (at == NULL)
            return text_slice("", 0);
        struct text rest = text_from(line, at + strlen(key));
        bool begins = at == line.at || at[-1] == ' ' || at[-1] == ',' || at[-1] == ';';
        if (!begins) {
            look = text_from(line, at + 1);
            continue;
        }
        if (text_skip(&rest, "<"))
            return text_take(&rest, '>');
        return text_trim(text_take(&rest, ','));
    }
}

struct text mail_host(struct text relay)
{
    struct text rest = relay;
    struct text host = text_take(&rest, '[');
    struct text address = text_take(&rest, ']');
    text_skip(&address, "IPv6:");
    if (address_is_numeric(address))
        return address; /* not so in `host[private/dovecot-lmtp]` */
    host = text_trim(host);
    if (host.n > 0 && host.at[host.n - 1] == '.')
        host.n--;
    return text_equal(host, "none") ? text_slice("", 0) : host;
}
