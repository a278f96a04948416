/* The behaviour of Kubernetes' pause, written anew from its contract: signal handlers exit or reap, and the process
   sleeps in between. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

static void shut_down(int number)
{
    psignal(number, "Shutting down, got signal");
    exit(0);
}

static void reap(int number)
{
    (void)number;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

static int handle(int number, void (*handler)(int), int flags)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = flags;
    return sigaction(number, &action, NULL);
}

int main(int argc, char **argv)
{
    for (int at = 1; at < argc; at++)
        if (strcasecmp(argv[at], "-v") == 0) {
            puts("equivalent " VERSION);
            return 0;
        }
    if (getpid() != 1)
        fputs("Warning: pause should be the first process\n", stderr);

    if (handle(SIGINT, shut_down, 0) < 0)
        return 1;
    if (handle(SIGTERM, shut_down, 0) < 0)
        return 2;
    if (handle(SIGCHLD, reap, SA_NOCLDSTOP) < 0)
        return 3;
    for (;;)
        pause();
}
