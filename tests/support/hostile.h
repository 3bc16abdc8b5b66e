/* hostile.h - names that want to be something else. */
#ifndef TESTS_SUPPORT_HOSTILE_H
#define TESTS_SUPPORT_HOSTILE_H

/* Where one of these commands ran, this file would be there. */
#define HOSTILE_FILE "build/hostile-was-here"

static const char *const hostile_names[] = {
    "<script>alert(1)</script>",
    "`touch " HOSTILE_FILE "`",
    "$(touch " HOSTILE_FILE ")",
    "'; system 'touch " HOSTILE_FILE "'; print '",
    "\"; system(\"touch " HOSTILE_FILE "\"); print \"",
    "'\nsystem 'touch " HOSTILE_FILE "'\n",
    "x\nEND\n!touch " HOSTILE_FILE "\n",
    "\" onload=\"alert(1)\" x='y' & &lt; ]]> --> </svg></style></title>",
    "\033[31mred\033]0;title\007\033[2J\r\b\x7f",
    "\xC2\x9B"
    "31m\xC2\x85",
    "right\xE2\x80\xAEtfel\xE2\x81\xA6 zero\xE2\x80\x8Bwidth\xEF\xBB\xBF",
    "\x80\xff\xfe\xc0\xaf\xed\xa0\x80\xf8 cut\xe2\x82",
    "=HYPERLINK(\"http://example.org\",\"x\")",
    "%s%n%d %% \\n\\033 @x {/Symbol a}^2_3",
    "\xE6\x9C\xAC\xE6\x97\xA5\xCC\x81\xF0\x9F\x98\x80",
    "averyveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryvery"
    "longwordwithoutanyspaceatallthatgoesonandonandonandonandonandonandonandonandonandonandon",
    "",
    " ",
};
enum { N_HOSTILE = sizeof hostile_names / sizeof *hostile_names };

#endif
