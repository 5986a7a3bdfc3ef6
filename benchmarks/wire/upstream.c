/* upstream: a provider with nothing to think about, so that what is measured is the gateway in front of it.
 *
 *     cc -O2 -o upstream upstream.c && ./upstream PORT
 *
 * Linux, one thread, loopback, HTTP/1.1 keep-alive. A POST to a path that ends in /messages is answered as
 * Anthropic does, any other as OpenAI's chat completions: one JSON document, or a stream if the body says
 * "stream":true. What all of them do from now on is told in a query, and what is left out is put back:
 *
 *     GET /set?pieces=200&gap=0&wait=0&text=600
 *
 *     pieces  of text in a stream                        gap   microseconds between them (0: no pause)
 *     text    bytes of text in a JSON answer             wait  microseconds before the first byte
 *
 * Each text begins with its time of birth, "@NANOSECONDS@" of CLOCK_MONOTONIC, which load.c reads.
 *
 * Rules for editing: never allocate or parse more than an answer needs, and no pause that was not asked for.
 * This must stay many times faster than any gateway, or it is what gets measured.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { MOST_TEXT = 1 << 20, PIECE = 512, HEAD = 512 };

struct play { long pieces, gap, wait, text; };
static const struct play USUAL = { 200, 0, 0, 600 };
static struct play play = USUAL;

/* What epoll hands back: a connection's socket, or its timer. */
struct source { struct peer *peer; int fd; void (*ready)(struct source *); };

struct bytes { char *at; size_t used, room; };

struct peer {
    struct source socket, timer;
    struct bytes in, out;
    size_t sent;            /* of out */
    int anthropic, streams; /* the request being answered */
    long left;              /* pieces to come */
    struct play play;
    int gone;
};

static int poller;

static long long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void room(struct bytes *b, size_t more) {
    if (b->used + more <= b->room) return;
    b->room = (b->used + more) * 2;
    b->at = realloc(b->at, b->room);
    if (!b->at) abort();
}

static void add(struct bytes *b, const char *from, size_t size) {
    room(b, size);
    memcpy(b->at + b->used, from, size);
    b->used += size;
}

static void drop(struct bytes *b, size_t size) {
    b->used -= size;
    memmove(b->at, b->at + size, b->used);
}

static void watch(struct source *s, int how, unsigned events) {
    struct epoll_event e = { events, { .ptr = s } };
    if (epoll_ctl(poller, how, s->fd, &e)) abort();
}

/* Freed by the main loop: this round may still hold events of it. */
static void leave(struct peer *p) {
    if (p->gone) return;
    p->gone = 1;
    close(p->socket.fd);
    if (p->timer.fd) close(p->timer.fd);
}

static void flush(struct peer *p) {
    while (p->sent < p->out.used) {
        ssize_t n = send(p->socket.fd, p->out.at + p->sent, p->out.used - p->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) return watch(&p->socket, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
        if (n < 0) return leave(p);
        p->sent += n;
    }
    p->sent = p->out.used = 0;
}

static void set_timer(struct peer *p, long first, long then) {
    struct itimerspec t = { { then / 1000000, then % 1000000 * 1000 }, { first / 1000000, first % 1000000 * 1000 } };
    timerfd_settime(p->timer.fd, 0, &t, NULL);
}

/* --- answers ------------------------------------------------------------------------------------------ */

static void say_chunk(struct peer *p, const char *text, int size) {
    char length[16];
    add(&p->out, length, sprintf(length, "%x\r\n", size));
    add(&p->out, text, size);
    add(&p->out, "\r\n", 2);
}

static void say_literal(struct peer *p, const char *text) { say_chunk(p, text, strlen(text)); }

static void stream_head(struct peer *p) {
    static const char head[] = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n"
                               "transfer-encoding: chunked\r\n\r\n";
    add(&p->out, head, sizeof head - 1);
    if (p->anthropic)
        say_literal(p, "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_bench\",\"type\":"
                       "\"message\",\"role\":\"assistant\",\"model\":\"x\",\"content\":[],\"stop_reason\":null,"
                       "\"stop_sequence\":null,\"usage\":{\"input_tokens\":25,\"output_tokens\":1}}}\n\n"
                       "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"
                       "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n");
}

static void stream_piece(struct peer *p) {
    static const char *const shapes[2] = {
        "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1790000000,\"model\":\"x\","
        "\"system_fingerprint\":\"fp_bench\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"@%lld@ word %ld\"},"
        "\"logprobs\":null,\"finish_reason\":null}]}\n\n",
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":"
        "\"text_delta\",\"text\":\"@%lld@ word %ld\"}}\n\n",
    };
    char piece[PIECE];
    say_chunk(p, piece, snprintf(piece, sizeof piece, shapes[p->anthropic], now(), p->left));
    flush(p); /* each by itself, as a provider's tokens come */
}

static void stream_end(struct peer *p) {
    say_literal(p, p->anthropic
        ? "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
          "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\","
          "\"stop_sequence\":null},\"usage\":{\"output_tokens\":200}}\n\n"
          "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
        : "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1790000000,\"model\":\"x\","
          "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
          "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1790000000,\"model\":\"x\","
          "\"choices\":[],\"usage\":{\"prompt_tokens\":25,\"completion_tokens\":200,\"total_tokens\":225}}\n\n"
          "data: [DONE]\n\n");
    add(&p->out, "0\r\n\r\n", 5);
}

static void say_document(struct peer *p) {
    static const char *const shapes[2] = {
        "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1790000000,\"model\":\"x\",\"choices\":"
        "[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"@%lld@ %.*s\",\"refusal\":null},\"logprobs\":"
        "null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":25,\"completion_tokens\":150,"
        "\"total_tokens\":175}}",
        "{\"id\":\"msg_bench\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"x\",\"content\":[{\"type\":"
        "\"text\",\"text\":\"@%lld@ %.*s\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"usage\":"
        "{\"input_tokens\":25,\"output_tokens\":150}}",
    };
    static char text[MOST_TEXT], document[MOST_TEXT + PIECE], head[HEAD];
    if (!*text) memset(text, 'w', sizeof text - 1);
    int size = snprintf(document, sizeof document, shapes[p->anthropic], now(), (int)p->play.text, text);
    int line = sprintf(head, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n", size);
    add(&p->out, head, line);
    add(&p->out, document, size);
}

static void say_set(struct peer *p) {
    static const char done[] = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    add(&p->out, done, sizeof done - 1);
}

static void read_requests(struct peer *p);

/* Everything that is due: all of it, or one more piece of a paced stream. */
static void go_on(struct peer *p) {
    if (!p->streams) say_document(p);
    else {
        if (p->left == p->play.pieces) stream_head(p);
        do {
            stream_piece(p);
            p->left--;
        } while (p->left > 0 && !p->play.gap && !p->gone);
        if (p->left > 0 || p->gone) return;
        stream_end(p);
    }
    p->left = 0;
    if (p->timer.fd) set_timer(p, 0, 0);
    flush(p);
    if (!p->gone) read_requests(p);
}

/* The timer's time. */
static void timer_ready(struct source *s) {
    uint64_t times;
    if (read(s->fd, &times, sizeof times) != sizeof times) return;
    while (times-- && s->peer->left && !s->peer->gone) go_on(s->peer);
}

static void begin(struct peer *p) {
    p->play = play;
    p->left = p->streams ? play.pieces : 1;
    long first = play.wait ? play.wait : p->streams ? play.gap : 0;
    if (!first) return go_on(p);
    if (!p->timer.fd) {
        p->timer = (struct source){ p, timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), timer_ready };
        watch(&p->timer, EPOLL_CTL_ADD, EPOLLIN);
    }
    set_timer(p, first, p->streams ? play.gap : 0);
}

/* --- requests ----------------------------------------------------------------------------------------- */

static long told(const char *query, const char *name, long usual) {
    const char *at = strstr(query, name);
    return at ? atol(at + strlen(name)) : usual;
}

static void set_play(const char *query) {
    play = (struct play){ told(query, "pieces=", USUAL.pieces), told(query, "gap=", USUAL.gap),
                          told(query, "wait=", USUAL.wait), told(query, "text=", USUAL.text) };
    if (play.text >= MOST_TEXT) play.text = MOST_TEXT - 1;
    if (play.pieces < 1) play.pieces = 1;
}

static int wants_stream(const char *body, size_t size) {
    const char *at = memmem(body, size, "\"stream\"", 8), *end = body + size;
    if (!at) return 0;
    for (at += 8; at < end && strchr(": ", *at); at++) {}
    return at < end && *at == 't';
}

/* Whole requests out of what came, one at a time. */
static void read_requests(struct peer *p) {
    while (!p->left && !p->gone && p->in.used) {
        char *end = memmem(p->in.at, p->in.used, "\r\n\r\n", 4);
        if (!end) return;
        *end = 0; /* the head is a string; put back below if the body is not whole yet */
        const char *length = strcasestr(p->in.at, "\r\ncontent-length:");
        size_t size = end + 4 - p->in.at, body = length ? strtoul(length + 17, NULL, 10) : 0;
        if (p->in.used < size + body) {
            *end = '\r';
            return room(&p->in, size + body);
        }
        int set = !strncmp(p->in.at, "GET /set", 8);
        if (set) {
            set_play(p->in.at);
            say_set(p);
        } else {
            const char *path = strchr(p->in.at, ' '), *stop = strstr(p->in.at, " HTTP/");
            p->anthropic = path && stop && stop - path >= 9 && !strncmp(stop - 9, "/messages", 9);
            p->streams = wants_stream(end + 4, body);
        }
        drop(&p->in, size + body);
        if (set) flush(p);
        else begin(p);
    }
}

static void socket_ready(struct source *s) {
    struct peer *p = s->peer;
    if (p->out.used) {
        watch(s, EPOLL_CTL_MOD, EPOLLIN);
        flush(p);
    }
    room(&p->in, 65536);
    ssize_t n = recv(s->fd, p->in.at + p->in.used, p->in.room - p->in.used, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) return leave(p);
    p->in.used += n;
    read_requests(p);
}

static void door_ready(struct source *door) {
    int one = 1;
    for (int fd; (fd = accept4(door->fd, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
        struct peer *p = calloc(1, sizeof *p);
        if (!p) abort();
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        p->socket = (struct source){ p, fd, socket_ready };
        watch(&p->socket, EPOLL_CTL_ADD, EPOLLIN);
    }
}

static int open_door(int port) {
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = { htonl(INADDR_LOOPBACK) } };
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 4096)) {
        perror("upstream: cannot listen");
        exit(1);
    }
    return fd;
}

static void forget(struct peer *p) {
    free(p->in.at);
    free(p->out.at);
    free(p);
}

int main(int count, char **words) {
    if (count != 2) return fprintf(stderr, "usage: upstream PORT\n"), 2;
    signal(SIGPIPE, SIG_IGN);
    poller = epoll_create1(0);
    struct source door = { NULL, open_door(atoi(words[1])), door_ready };
    watch(&door, EPOLL_CTL_ADD, EPOLLIN);
    for (;;) {
        struct epoll_event events[256];
        struct peer *gone[256];
        int most = epoll_wait(poller, events, 256, -1), left = 0;
        for (int i = 0; i < most; i++) {
            struct source *s = events[i].data.ptr;
            int there = s->peer && !s->peer->gone;
            if (s->peer && !there) continue;
            s->ready(s);
            if (there && s->peer->gone) gone[left++] = s->peer;
        }
        while (left) forget(gone[--left]);
    }
}
