/**
 * Loaded into the processes that `berth up` starts: should `up` itself be killed, they notice the broken channel
 * and stop, instead of keeping its ports for ever.
 */
if (process.channel) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // Listening must not keep alive a process that is done.
  process.channel.unref();
}
