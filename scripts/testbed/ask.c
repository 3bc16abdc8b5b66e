/* ask.c - sends a schedule of DNS questions to a resolver in real time, and writes down when each
 * one left.
 *
 * Usage: ask RESOLVER SOURCE <schedule.csv >asked.csv
 * Both are tables with the columns time,client,name,type. The first question leaves at once, the
 * others as long after it as the schedule says. Answers are not waited for.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double parse_time(const char *text)
{
    struct tm tm = {0};
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (rest == NULL)
        return -1.0;
    return (double)timegm(&tm) + (*rest == '.' ? strtod(rest, NULL) : 0.0);
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* A question in wire format (RFC 1035 section 4); 0 where the name does not fit. */
static size_t make_packet(uint8_t packet[300], uint16_t id, const char *name, uint16_t type)
{
    const uint8_t header[12] = {(uint8_t)(id >> 8), (uint8_t)id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    memcpy(packet, header, sizeof header);
    size_t n = sizeof header;
    while (*name != '\0') {
        size_t label = strcspn(name, ".");
        if (label == 0 || label > 63 || n + label > 270)
            return 0;
        packet[n++] = (uint8_t)label;
        memcpy(packet + n, name, label);
        n += label;
        name += label + (name[label] == '.');
    }
    const uint8_t end[5] = {0, (uint8_t)(type >> 8), (uint8_t)type, 0, 1};
    memcpy(packet + n, end, sizeof end);
    return n + sizeof end;
}

static uint16_t type_number(const char *text)
{
    return strcmp(text, "A") == 0 ? 1 : strcmp(text, "PTR") == 0 ? 12 : (uint16_t)atoi(text);
}

static void wait_until(double t)
{
    double left = t - now_s();
    if (left > 0.0)
        usleep((useconds_t)(left * 1e6));
}

static int open_socket(const char *resolver, const char *source)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(53)};
    struct sockaddr_in from = {.sin_family = AF_INET};
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    if (s < 0 || inet_pton(AF_INET, resolver, &to.sin_addr) != 1 ||
        inet_pton(AF_INET, source, &from.sin_addr) != 1 ||
        bind(s, (struct sockaddr *)&from, sizeof from) != 0 ||
        connect(s, (struct sockaddr *)&to, sizeof to) != 0)
        return -1;
    return s;
}

int main(int argc, char **argv)
{
    char line[600], time_text[64], client[64], name[300], type[16];
    double first = -1.0, start = 0.0;
    uint16_t id = 1;
    int s = argc == 3 ? open_socket(argv[1], argv[2]) : -1;
    if (s < 0) {
        fprintf(stderr, "usage: ask RESOLVER SOURCE <schedule.csv >asked.csv (%s)\n",
                strerror(errno));
        return 2;
    }
    puts("time,client,name,type");
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (sscanf(line, "%63[^,],%63[^,],%299[^,],%15[^,\r\n]", time_text, client, name, type) !=
            4)
            continue;
        double t = parse_time(time_text);
        if (t < 0.0)
            continue; /* the header */
        if (first < 0.0) {
            first = t;
            start = now_s();
        }
        wait_until(start + t - first);
        uint8_t packet[300];
        size_t n = make_packet(packet, id++, name, type_number(type));
        double sent = now_s();
        if (n > 0 && send(s, packet, n, 0) == (ssize_t)n)
            printf("%.6f,%s,%s,%d\n", sent, argv[2], name, type_number(type));
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
