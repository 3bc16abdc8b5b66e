/* sentence.h - the verdict in words: one sentence that a newspaper could quote without misleading,
 * and one on how far to trust it.
 */
#ifndef ANALYSIS_WEIGH_SENTENCE_H
#define ANALYSIS_WEIGH_SENTENCE_H

#include "analysis/weigh/verdict.h"

/* Fills verdict->sentence and verdict->trust from everything else in it. Never fails; a text too
 * long is cut at a word. */
void verdict_sentences(struct verdict *verdict);

#endif
