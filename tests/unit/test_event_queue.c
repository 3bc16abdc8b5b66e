/* The event queue against a plain list that is searched for its earliest event. */
#include "tests/support/check.h"

#include "sim/event_queue.h"
#include "sim/rng.h"

enum { MOST = 300, STEPS = 60000 };

/* The oracle: events in the order of scheduling. */
struct list {
    struct {
        time_us t;
        uint64_t data;
    } item[MOST];
    size_t n;
};

static void list_push(struct list *self, time_us t, uint64_t data)
{
    self->item[self->n].t = t;
    self->item[self->n++].data = data;
}

static size_t list_first(const struct list *self)
{
    size_t best = 0;
    for (size_t i = 1; i < self->n; i++)
        if (self->item[i].t < self->item[best].t)
            best = i;
    return best;
}

static void list_remove(struct list *self, size_t at)
{
    memmove(&self->item[at], &self->item[at + 1], (self->n - at - 1) * sizeof self->item[0]);
    self->n--;
}

static void check_next(const struct event *event, const struct list *list)
{
    size_t first = list_first(list);
    assert_int_equal(event_time(event), list->item[first].t);
    assert_int_equal(event->data, list->item[first].data);
    assert_int_equal(event->kind, event->data % 7);
    assert_int_equal(event->subject, event->data % 11);
}

/* Few distinct times, negative ones and extremes among them: many ties. */
static time_us draw_time(struct rng *rng)
{
    uint64_t kind = rng_below(rng, 100);
    if (kind == 0)
        return INT64_MIN;
    if (kind == 1)
        return INT64_MAX;
    return (time_us)rng_below(rng, 40) - 20;
}

static void step(struct event_queue *queue, struct list *list, struct rng *rng, uint64_t data)
{
    struct event event;
    time_us t = draw_time(rng);
    uint32_t kind = (uint32_t)(data % 7), subject = (uint32_t)(data % 11);
    uint64_t what = rng_below(rng, 100);
    if (list->n > 0 && what < 30) {
        check_next(&queue->heap[0], list);
        event_queue_replace(queue, t, kind, subject, data);
        list_remove(list, list_first(list));
        list_push(list, t, data);
    } else if (list->n < MOST && what < 66) {
        assert_int_equal(event_queue_push(queue, t, kind, subject, data), STATUS_OK);
        list_push(list, t, data);
    } else if (event_queue_pop(queue, &event)) {
        check_next(&event, list);
        list_remove(list, list_first(list));
    }
    assert_int_equal(queue->n, list->n);
}

static void test_against_a_list(void **state)
{
    (void)state;
    struct event_queue queue;
    static struct list list;
    struct rng rng;
    rng_init(&rng, (struct rng_key){5, 6}, 7);
    event_queue_init(&queue);
    for (uint64_t i = 0; i < STEPS; i++)
        step(&queue, &list, &rng, i);
    struct event event;
    while (event_queue_pop(&queue, &event)) {
        check_next(&event, &list);
        list_remove(&list, list_first(&list));
    }
    assert_int_equal(list.n, 0);
    event_queue_free(&queue);
}

static void test_ties_come_in_order(void **state)
{
    (void)state;
    struct event_queue queue;
    struct event event;
    event_queue_init(&queue);
    assert_false(event_queue_pop(&queue, &event));
    for (uint64_t i = 0; i < 1000; i++)
        assert_int_equal(event_queue_push(&queue, 5, 0, 0, i), STATUS_OK);
    for (uint64_t i = 0; i < 1000; i++) {
        assert_true(event_queue_pop(&queue, &event));
        assert_int_equal(event.data, i);
    }
    event_queue_reset(&queue);
    assert_int_equal(queue.sequence, 0);
    event_queue_free(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_a_list),
        cmocka_unit_test(test_ties_come_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
