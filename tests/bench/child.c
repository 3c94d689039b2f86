/* The child of every measurement: small, and the same for every tool.
 *
 *   wait NAME                 says READY, waits; at TERM or INT says BYE and ends with 0
 *   silent NAME               waits, as a program without any handlers
 *   ticking NAME              a line every 100 ms
 *   parent NAME               starts a silent child, then waits
 *   daemon NAME               the same, with the child in a session of its own, deaf to HUP
 *   crash NAME                says UP, waits 1.5 s, says DOWN, ends with 1
 *   flood NAME LINES GATE     once the file GATE is there: that many lines of 100 bytes, then waits
 *   write FILE hold|exit      the bytes of a file as they are
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 100, BATCH = 600 };

static char last_words[128];
static char *own_path;

static void put(const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t done = write(STDOUT_FILENO, bytes, size);
        if (done < 0) _exit(9);
        bytes += done;
        size -= (size_t)done;
    }
}

static void rest(long milliseconds) {
    struct timespec span = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&span, NULL);
}

static void say(const char *word, const char *name) {
    struct timespec now;
    char text[160];
    clock_gettime(CLOCK_MONOTONIC, &now);
    int size = snprintf(text, sizeof text, "%s %s %lld\n", word, name,
                        now.tv_sec * 1000000000LL + now.tv_nsec);
    put(text, (size_t)size);
}

static void take_leave(int number) {
    (void)number;
    put(last_words, strlen(last_words));
    _exit(0);
}

static int wait_for_ever(void) {
    for (;;) pause();
    return 0;
}

static void leave_a_child(const char *name, int apart) {
    char child_name[80];
    if (fork() != 0) return;
    if (apart) {
        setsid();
        signal(SIGHUP, SIG_IGN);
    }
    snprintf(child_name, sizeof child_name, "%s-child", name);
    execl(own_path, own_path, "silent", child_name, (char *)NULL);
    _exit(8);
}

static void note(const char *gate, const char *name, const char *what) {
    char path[600];
    snprintf(path, sizeof path, "%s.%s.%s", gate, name, what);
    close(open(path, O_WRONLY | O_CREAT, 0600));
}

static void flood(const char *name, long lines, const char *gate) {
    static char batch[BATCH * LINE + 1];
    struct stat found;
    note(gate, name, "ready");
    while (stat(gate, &found) != 0) rest(1);
    for (long first = 0; first < lines; first += BATCH) {
        long count = lines - first < BATCH ? lines - first : BATCH;
        for (long i = 0; i < count; i++) {
            char *line = batch + i * LINE;
            int head = sprintf(line, "L %s %09ld ", name, first + i);
            memset(line + head, 'x', (size_t)(LINE - 1 - head));
            line[LINE - 1] = '\n';
        }
        put(batch, (size_t)(count * LINE));
    }
    note(gate, name, "done");
}

static int write_file(const char *path, int hold) {
    static char piece[1 << 16];
    ssize_t size;
    int file = open(path, O_RDONLY);
    if (file < 0) return 3;
    while ((size = read(file, piece, sizeof piece)) > 0) put(piece, (size_t)size);
    return hold ? wait_for_ever() : 0;
}

int main(int count, char **words) {
    if (count < 3) return 2;
    own_path = words[0];
    const char *mode = words[1], *name = words[2];
    if (!strcmp(mode, "write") && count > 3) return write_file(name, !strcmp(words[3], "hold"));
    if (!strcmp(mode, "silent")) return wait_for_ever();
    snprintf(last_words, sizeof last_words, "BYE %s\n", name);
    if (!strcmp(mode, "wait")) {
        signal(SIGTERM, take_leave);
        signal(SIGINT, take_leave);
        say("READY", name);
    } else if (!strcmp(mode, "ticking")) {
        for (;; rest(100)) say("TICK", name);
    } else if (!strcmp(mode, "crash")) {
        say("UP", name);
        rest(1500);
        say("DOWN", name);
        return 1;
    } else if (!strcmp(mode, "flood") && count > 4) {
        flood(name, atol(words[3]), words[4]);
    } else {
        leave_a_child(name, !strcmp(mode, "daemon"));
    }
    return wait_for_ever();
}
