#include "analysis/ingest/name.h"

/* Steps through labels and pointers of one name: more than any message of 1,500 octets can need. */
enum { MAX_WIRE_OCTETS = 255, MAX_LABEL_OCTETS = 63, MAX_WIRE_STEPS = 1024 };

/* A name under construction: counts what it takes on the wire while it is written. */
struct builder {
    struct name *name;
    size_t used;  /* bytes of text written */
    size_t wire;  /* octets on the wire so far, with length octets */
    size_t label; /* octets in the label that is open */
};

static void builder_start(struct builder *self, struct name *name)
{
    *self = (struct builder){.name = name, .wire = 1};
    name->lossy = false;
}

static const char *builder_byte(struct builder *self, unsigned char byte)
{
    if (++self->label > MAX_LABEL_OCTETS)
        return "a label of the name is longer than 63 octets";
    if (self->wire + self->label + 1 > MAX_WIRE_OCTETS)
        return "the name is longer than 255 octets";
    char *out = self->name->buffer + self->used;
    if (byte == '.' || byte == '\\') {
        out[0] = '\\';
        out[1] = (char)byte;
        self->used += 2;
    } else if (byte > 0x20 && byte < 0x7f) {
        out[0] = (char)byte;
        self->used += 1;
    } else {
        out[0] = '\\';
        out[1] = (char)('0' + byte / 100);
        out[2] = (char)('0' + byte / 10 % 10);
        out[3] = (char)('0' + byte % 10);
        self->used += 4;
    }
    return NULL;
}

static const char *builder_end_label(struct builder *self)
{
    if (self->label == 0)
        return "the name has an empty label";
    self->wire += self->label + 1;
    self->label = 0;
    self->name->buffer[self->used++] = '.';
    return NULL;
}

/* Closes the name: the dot after the last label goes, unless the name is the root. */
static void builder_finish(struct builder *self)
{
    if (self->used == 0)
        self->name->buffer[self->used++] = '.';
    else
        self->used--;
    self->name->text = text_slice(self->name->buffer, self->used);
}

/* True for the bytes of host names and of the labels that mail uses: they need no second look. */
static bool is_plain(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
}

/* The fast way for plain names, most of any log: nothing is copied. */
static bool take_plain(struct name *self, struct text source)
{
    if (source.n > 0 && source.at[source.n - 1] == '.')
        source.n--;
    if (source.n == 0 || source.n > MAX_WIRE_OCTETS - 2)
        return false;
    size_t label = 0;
    for (size_t i = 0; i < source.n; i++) {
        if (is_plain((unsigned char)source.at[i])) {
            if (++label > MAX_LABEL_OCTETS)
                return false;
        } else if (source.at[i] == '.' && label > 0) {
            label = 0;
        } else {
            return false;
        }
    }
    self->text = source;
    self->lossy = false;
    return label > 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Decodes the escape whose backslash stands at *at. */
static const char *decode_escape(struct text source, size_t *at, unsigned char *byte)
{
    const char *c = source.at + *at;
    size_t left = source.n - *at;
    if (left < 2)
        return "the name ends in a backslash";
    if (!is_digit(c[1])) {
        *byte = (unsigned char)c[1];
        *at += 1;
        return NULL;
    }
    if (left < 4 || !is_digit(c[2]) || !is_digit(c[3]))
        return "an escape in the name is not of the form \\DDD";
    int value = (c[1] - '0') * 100 + (c[2] - '0') * 10 + (c[3] - '0');
    if (value > 255)
        return "an escape in the name is larger than \\255";
    *byte = (unsigned char)value;
    *at += 3;
    return NULL;
}

const char *name_from_text(struct name *self, struct text source)
{
    if (take_plain(self, source))
        return NULL;
    if (source.n == 0)
        return "the name is empty";
    struct builder builder;
    builder_start(&builder, self);
    if (text_equal(source, ".")) {
        builder_finish(&builder);
        return NULL;
    }
    for (size_t i = 0; i < source.n; i++) {
        unsigned char byte = (unsigned char)source.at[i];
        const char *wrong;
        if (byte == '.') {
            wrong = builder_end_label(&builder);
        } else {
            wrong = byte == '\\' ? decode_escape(source, &i, &byte) : NULL;
            wrong = wrong != NULL ? wrong : builder_byte(&builder, byte);
        }
        if (wrong != NULL)
            return wrong;
    }
    if (builder.label > 0)
        builder_end_label(&builder);
    builder_finish(&builder);
    return NULL;
}

const char *name_from_raw(struct name *self, struct text source)
{
    if (take_plain(self, source))
        return NULL;
    if (source.n == 0)
        return "the name is empty";
    struct builder builder;
    builder_start(&builder, self);
    if (text_equal(source, ".")) {
        builder_finish(&builder);
        return NULL;
    }
    bool odd = false;
    for (size_t i = 0; i < source.n; i++) {
        unsigned char byte = (unsigned char)source.at[i];
        const char *wrong =
            byte == '.' ? builder_end_label(&builder) : builder_byte(&builder, byte);
        if (wrong != NULL)
            return wrong;
        odd = odd || (byte != '.' && byte != '*' && byte != '/' && !is_plain(byte));
    }
    if (builder.label > 0)
        builder_end_label(&builder);
    builder_finish(&builder);
    self->lossy = odd;
    return NULL;
}

/* A name that is too long is still a question that was asked: what fits of it is kept, and marked.
 */
static const char *wire_label(struct builder *builder, const uint8_t *label, size_t n)
{
    if (builder->wire + n + 1 > MAX_WIRE_OCTETS) {
        builder->name->lossy = true;
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        const char *wrong = builder_byte(builder, label[i]);
        if (wrong != NULL)
            return wrong;
    }
    return builder_end_label(builder);
}

const char *name_from_wire(struct name *self, const uint8_t *message, size_t n, size_t *at)
{
    struct builder builder;
    builder_start(&builder, self);
    size_t place = *at, limit = *at; /* every pointer must lead below the last place: no loops */
    bool jumped = false;
    for (int steps = 0;; steps++) {
        if (steps > MAX_WIRE_STEPS)
            return "the name is far longer than 255 octets";
        if (place >= n)
            return "the name runs past the end of the message";
        uint8_t length = message[place];
        if (length == 0)
            break;
        if ((length & 0xc0) == 0xc0) {
            if (place + 1 >= n)
                return "a compression pointer is cut off";
            size_t target = (size_t)(length & 0x3f) << 8 | message[place + 1];
            if (target >= limit)
                return "a compression pointer does not point backwards";
            if (!jumped)
                *at = place + 2;
            jumped = true;
            place = limit = target;
            continue;
        }
        if (length > MAX_LABEL_OCTETS)
            return "a label has a reserved type";
        if (place + 1 + length > n)
            return "a label runs past the end of the message";
        const char *wrong = wire_label(&builder, message + place + 1, length);
        if (wrong != NULL)
            return wrong;
        place += 1u + length;
    }
    if (!jumped)
        *at = place + 1;
    builder_finish(&builder);
    return NULL;
}
