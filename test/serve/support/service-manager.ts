/**
 * What systemd does for a service, in Perl: Node has neither sockets that are handed on without accepting from them nor
 * those that are told of a start.
 */
import { existsSync } from 'node:fs'

const PERL = '/usr/bin/perl'

/** Whether it can be shown here. */
export const HAS_PERL = existsSync(PERL)

/**
 * Holds a listening socket, and starts a command on it, as the descriptor that systemd hands over (sd_listen_fds(3)),
 * for each line of standard input.
 */
export function socketHolder(command: readonly string[]): readonly string[] {
  return [PERL, '-e', HOLDER, ...command]
}

/** Prints what is sent to a notification socket (sd_notify(3)), a line each. */
export function notificationPrinter(path: string): readonly string[] {
  return [PERL, '-e', PRINTER, path]
}

const HOLDER = String.raw`
use strict; use warnings; use POSIX (); use IO::Socket::INET;
$^F = 255; $| = 1; $SIG{CHLD} = 'IGNORE';
my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0, Listen => 1024) or die "no socket: $!";
die "no descriptor: $!" unless defined POSIX::dup2(fileno($socket), 3);
printf "port %d\n", $socket->sockport;
while (<STDIN>) {
  my $pid = fork;
  if (!$pid) {
    open STDIN, '<', '/dev/null';
    @ENV{'LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES'} = (1, $$, 'http');
    exec @ARGV or die "no program: $!";
  }
  print "started $pid\n";
}
`

const PRINTER = String.raw`
use strict; use warnings; use IO::Socket::UNIX; use Socket qw(SOCK_DGRAM);
$| = 1;
my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die "no socket: $!";
print "bound\n";
while (defined $socket->recv(my $message, 4096)) { $message =~ s/\n/ /g; print "$message\n" }
`
