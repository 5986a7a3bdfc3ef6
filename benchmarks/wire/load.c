/* load: clients that send one request, read all of its answer, and send the next. One JSON object says how long it took.
 *
 *     cc -O2 -o load load.c
 *     ./load [-c CLIENTS] [-n REQUESTS | -t SECONDS] [-w WARM_UP] [-H 'name: value']... -b BODY_FILE PORT PATH
 *
 * Linux, one thread, loopback TCP, HTTP/1.1 keep-alive; a connection the server closes is opened again. WARM_UP
 * requests are sent first and not counted. "took" is from before the first byte is sent to after the last is read;
 * "age" of a text is from its birth ("@NANOSECONDS@", see upstream.c) to its arrival here. Microseconds.
 *
 * Rules for editing: an answer is parsed as far as its end needs and no further; see upstream.c.
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
#include <time.h>
#include <unistd.h>

enum { READ = 1 << 18, HEADERS = 4096 };
static const int64_t SECOND = 1000000000;
static const int64_t STUCK = 60; /* seconds over the time asked for: something is broken */

struct figures { int64_t *at; size_t count, room; };

/* Where in an answer the next byte belongs. */
enum part { HEAD_LINES, BODY, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER, UNTIL_CLOSE };

struct client {
    int fd, busy, closes, status;
    size_t sent;
    enum part part;
    int64_t left, began;
    char *in;
    size_t used;
    int64_t birth; /* digits so far; -1: outside of "@...@" */
};

static long clients = 1, requests = 1000, warm_up;
static int64_t until, started_at, ended_at;
static long sent_count, done_count, error_count, reconnects;
static int poller, port, last_error, timed;
static char *request;
static size_t request_size;
static struct figures took, age;

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

static void note(struct figures *f, int64_t value) {
    if (f->count == f->room) {
        f->room = f->room * 2 + 4096;
        f->at = realloc(f->at, f->room * sizeof *f->at);
        if (!f->at) abort();
    }
    f->at[f->count++] = value;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void watch(struct client *c, int how, unsigned events) {
    struct epoll_event e = { events, { .ptr = c } };
    if (epoll_ctl(poller, how, c->fd, &e)) fail("load: epoll");
}

static void dial(struct client *c) {
    int one = 1;
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = { htonl(INADDR_LOOPBACK) } };
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(c->fd, (struct sockaddr *)&at, sizeof at)) fail("load: cannot connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    watch(c, EPOLL_CTL_ADD, EPOLLIN);
    c->used = 0;
}

static void redial(struct client *c) {
    close(c->fd);
    reconnects++;
    dial(c);
}

/* As much of the request as the socket takes; the rest when it takes more. */
static void push(struct client *c) {
    while (c->sent < request_size) {
        ssize_t n = send(c->fd, request + c->sent, request_size - c->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN) return watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
        if (n < 0) return; /* the server closed: the reader sees it too */
        c->sent += n;
    }
    watch(c, EPOLL_CTL_MOD, EPOLLIN);
}

static int enough(void) { return sent_count >= requests + warm_up || (timed && started_at && now() > until); }

static void begin(struct client *c) {
    c->busy = !enough();
    if (!c->busy) return;
    if (sent_count++ == warm_up) {
        started_at = now();
        until += started_at;
    }
    c->part = HEAD_LINES;
    c->status = 0;
    c->birth = -1;
    c->sent = 0;
    c->began = now();
    push(c);
}

static void end(struct client *c, int good) {
    ended_at = now();
    if (done_count++ >= warm_up) {
        if (good) note(&took, ended_at - c->began);
        else error_count++, last_error = c->status;
    }
    if (c->closes) redial(c);
    begin(c);
}

/* "@123@" across any number of reads. */
static void read_births(struct client *c, const char *at, size_t size, int64_t when) {
    for (const char *stop = at + size; at < stop; at++) {
        if (c->birth < 0) {
            at = memchr(at, '@', stop - at);
            if (!at) return;
            c->birth = 0;
        } else if (*at >= '0' && *at <= '9') c->birth = c->birth * 10 + (*at - '0');
        else {
            if (*at == '@' && c->birth && done_count >= warm_up) note(&age, when - c->birth);
            c->birth = -1;
        }
    }
}

static void read_head(struct client *c, const char *head) {
    const char *length = strcasestr(head, "\r\ncontent-length:"), *ends = strcasestr(head, "\r\nconnection: close");
    c->status = strlen(head) > 9 ? atoi(head + 9) : 0;
    c->closes = ends != NULL;
    c->left = length ? strtoll(length + 17, NULL, 10) : 0;
    c->part = strcasestr(head, "\r\ntransfer-encoding:") ? CHUNK_SIZE : length ? BODY : UNTIL_CLOSE;
}

/* The size 0 is the last; a trailer follows, of which only its end matters: `left` says that it has not come. */
static void read_size(struct client *c, const char *line) {
    c->left = strtoll(line, NULL, 16);
    c->part = c->left ? CHUNK : TRAILER;
    if (!c->left) c->left = 1;
}

/* One line, or the head's lines, if whole: bytes taken, else 0. */
static size_t read_lines(struct client *c, char *at, size_t size) {
    const char *mark = c->part == HEAD_LINES ? "\r\n\r\n" : "\r\n";
    char *stop = memmem(at, size, mark, strlen(mark));
    if (!stop) return 0;
    *stop = 0;
    switch (c->part) {
    case HEAD_LINES: read_head(c, at); break;
    case CHUNK_SIZE: read_size(c, at); break;
    case CHUNK_END: c->part = CHUNK_SIZE; break;
    default: c->left = *at != 0; /* the trailer's end is an empty line */
    }
    return stop - at + strlen(mark);
}

static size_t read_body(struct client *c, const char *at, size_t size, int64_t when) {
    if (c->part != UNTIL_CLOSE && (int64_t)size > c->left) size = c->left;
    read_births(c, at, size, when);
    if (c->part == UNTIL_CLOSE) return size;
    c->left -= size;
    if (c->part == CHUNK && !c->left) c->part = CHUNK_END;
    return size;
}

static void closed(struct client *c) {
    c->closes = 1;
    if (c->busy) end(c, c->part == UNTIL_CLOSE && c->status == 200);
    else close(c->fd);
}

static void pull(struct client *c) {
    ssize_t n = recv(c->fd, c->in + c->used, READ - c->used, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) return closed(c);
    int64_t when = now();
    size_t at = 0, taken;
    for (c->used += n; at < c->used && c->busy; at += taken) {
        int whole = c->part == BODY || c->part == CHUNK || c->part == UNTIL_CLOSE;
        taken = whole ? read_body(c, c->in + at, c->used - at, when) : read_lines(c, c->in + at, c->used - at);
        if (!taken) break;
        if ((c->part == BODY || c->part == TRAILER) && !c->left) {
            c->used = 0; /* nothing follows an answer: the next request is not sent yet */
            return end(c, c->status == 200);
        }
    }
    c->used -= at;
    memmove(c->in, c->in + at, c->used);
}

/* --- the request, the report -------------------------------------------------------------------------- */

static char *whole_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) fail(path);
    *size = ftell(file);
    rewind(file);
    char *at = malloc(*size + 1);
    if (!at || fread(at, 1, *size, file) != *size) fail(path);
    fclose(file);
    return at;
}

static void compose(const char *path, const char *headers, const char *body_file) {
    size_t size = 0;
    char *body = whole_file(body_file, &size);
    request = malloc(size + HEADERS * 2);
    if (!request) abort();
    request_size = snprintf(request, HEADERS * 2,
        "POST %s HTTP/1.1\r\nhost: 127.0.0.1:%d\r\ncontent-type: application/json\r\naccept: */*\r\n%scontent-length: %zu\r\n\r\n",
        path, port, headers, size);
    memcpy(request + request_size, body, size);
    request_size += size;
    free(body);
}

static int by_size(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void show(const char *name, struct figures *f) {
    if (!f->count) return;
    qsort(f->at, f->count, sizeof *f->at, by_size);
    printf(", \"%s_p50\": %.1f, \"%s_p99\": %.1f", name, f->at[f->count / 2] / 1e3, name, f->at[f->count * 99 / 100] / 1e3);
}

static void work(void) {
    int64_t limit = now() + until + STUCK * SECOND;
    while (done_count < sent_count) {
        struct epoll_event events[256];
        int count = epoll_wait(poller, events, 256, 1000);
        for (int i = 0; i < count; i++) {
            struct client *c = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) push(c);
            if (events[i].events & ~EPOLLOUT) pull(c);
        }
        if (now() > limit) {
            fprintf(stderr, "load: stuck after %ld answers\n", done_count);
            exit(1);
        }
    }
}

int main(int count, char **words) {
    const char *body_file = "/dev/null";
    char headers[HEADERS] = "";
    for (int flag; (flag = getopt(count, words, "c:n:t:w:H:b:")) != -1;) {
        switch (flag) {
        case 'c': clients = atol(optarg); break;
        case 'n': requests = atol(optarg); break;
        case 't': timed = 1, until = atof(optarg) * SECOND, requests = 1L << 40; break;
        case 'w': warm_up = atol(optarg); break;
        case 'b': body_file = optarg; break;
        case 'H':
            if (strlen(headers) + strlen(optarg) + 3 > HEADERS) return fprintf(stderr, "load: too many headers\n"), 2;
            strcat(strcat(headers, optarg), "\r\n");
            break;
        default: return 2;
        }
    }
    if (optind + 2 != count) return fprintf(stderr, "usage: load [options] PORT PATH (see the head of load.c)\n"), 2;
    signal(SIGPIPE, SIG_IGN);
    port = atoi(words[optind]);
    compose(words[optind + 1], headers, body_file);
    poller = epoll_create1(0);
    struct client *all = calloc(clients, sizeof *all);
    for (long i = 0; i < clients; i++) {
        all[i].in = malloc(READ);
        dial(&all[i]);
    }
    for (long i = 0; i < clients; i++) begin(&all[i]);
    work();
    double seconds = (double)(ended_at - started_at) / SECOND;
    printf("{\"answers\": %zu, \"errors\": %ld, \"last_error\": %d, \"reconnects\": %ld, \"seconds\": %.4f, \"rps\": %.1f",
           took.count, error_count, last_error, reconnects, seconds, (took.count + error_count) / seconds);
    show("took", &took);
    show("age", &age);
    printf("}\n");
    return 0;
}
