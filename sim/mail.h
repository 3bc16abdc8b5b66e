/* mail.h - what can become of a message, in simulated mail and in mail logs alike. */
#ifndef SIM_MAIL_H
#define SIM_MAIL_H

enum mail_status {
    MAIL_RECEIVED, /* taken into a queue */
    MAIL_SENT,     /* handed over to the next host */
    MAIL_ACCEPTED, /* taken by the receiver's gateway */
    MAIL_DEFERRED, /* put off by the receiver (4xx), to be tried again */
    MAIL_REJECTED, /* refused during the SMTP dialogue (5xx) */
    MAIL_BOUNCED,  /* given up and returned to the sender */
};

/* "received", "sent", "accepted", "deferred", "rejected", "bounced", NULL */
extern const char *const mail_status_words[];

#endif
