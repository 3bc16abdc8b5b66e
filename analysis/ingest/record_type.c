#include "analysis/ingest/record_type.h"

#include <stdio.h>

static const struct {
    uint16_t number;
    char name[11];
} types[] = {
    {1, "A"},         {28, "AAAA"},       {12, "PTR"},      {15, "MX"},     {16, "TXT"},
    {2, "NS"},        {6, "SOA"},         {33, "SRV"},      {5, "CNAME"},   {65, "HTTPS"},
    {64, "SVCB"},     {43, "DS"},         {48, "DNSKEY"},   {255, "ANY"},   {99, "SPF"},
    {52, "TLSA"},     {257, "CAA"},       {35, "NAPTR"},    {46, "RRSIG"},  {47, "NSEC"},
    {50, "NSEC3"},    {51, "NSEC3PARAM"}, {41, "OPT"},      {252, "AXFR"},  {251, "IXFR"},
    {3, "MD"},        {4, "MF"},          {7, "MB"},        {8, "MG"},      {9, "MR"},
    {10, "NULL"},     {11, "WKS"},        {13, "HINFO"},    {14, "MINFO"},  {17, "RP"},
    {18, "AFSDB"},    {19, "X25"},        {20, "ISDN"},     {21, "RT"},     {22, "NSAP"},
    {23, "NSAP-PTR"}, {24, "SIG"},        {25, "KEY"},      {26, "PX"},     {27, "GPOS"},
    {29, "LOC"},      {30, "NXT"},        {31, "EID"},      {32, "NIMLOC"}, {34, "ATMA"},
    {36, "KX"},       {37, "CERT"},       {38, "A6"},       {39, "DNAME"},  {40, "SINK"},
    {42, "APL"},      {44, "SSHFP"},      {45, "IPSECKEY"}, {49, "DHCID"},  {53, "SMIMEA"},
    {55, "HIP"},      {56, "NINFO"},      {57, "RKEY"},     {58, "TALINK"}, {59, "CDS"},
    {60, "CDNSKEY"},  {61, "OPENPGPKEY"}, {62, "CSYNC"},    {63, "ZONEMD"}, {100, "UINFO"},
    {101, "UID"},     {102, "GID"},       {103, "UNSPEC"},  {104, "NID"},   {105, "L32"},
    {106, "L64"},     {107, "LP"},        {108, "EUI48"},   {109, "EUI64"}, {249, "TKEY"},
    {250, "TSIG"},    {253, "MAILB"},     {254, "MAILA"},   {256, "URI"},   {258, "AVC"},
    {259, "DOA"},     {260, "AMTRELAY"},  {261, "RESINFO"}, {32768, "TA"},  {32769, "DLV"},
};

enum { N_TYPES = sizeof types / sizeof types[0] };

bool record_type_read(struct text source, uint16_t *type)
{
    for (size_t i = 0; i < N_TYPES; i++) {
        if (text_equal_nocase(source, types[i].name)) {
            *type = types[i].number;
            return true;
        }
    }
    if (text_equal(source, "*")) {
        *type = 255;
        return true;
    }
    if (source.n > 4 && text_equal_nocase(text_slice(source.at, 4), "TYPE"))
        source = text_slice(source.at + 4, source.n - 4);
    uint64_t number;
    if (!text_number(source, UINT16_MAX, &number))
        return false;
    *type = (uint16_t)number;
    return true;
}

const char *record_type_write(uint16_t type, char text[static RECORD_TYPE_TEXT_SIZE])
{
    for (size_t i = 0; i < N_TYPES; i++) {
        if (types[i].number == type) {
            snprintf(text, RECORD_TYPE_TEXT_SIZE, "%s", types[i].name);
            return text;
        }
    }
    snprintf(text, RECORD_TYPE_TEXT_SIZE, "TYPE%u", type);
    return text;
}
