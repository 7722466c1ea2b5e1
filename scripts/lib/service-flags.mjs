/**
 * Options of Node that the service is started with: they keep its memory small, at next to no cost in CPU (docs/performance.md, Memory).
 *
 * V8 would let the young generation of each thread grow to 128 MB, and the old one to four times what lives in it before it looks for
 * garbage. What lives here is small, caches with bounds; what is thrown away is each request's. With a young generation this small,
 * collecting it on several threads costs more than it saves.
 */
export const serviceFlags = ['--max-semi-space-size=8', '--heap-growing-percent=80', '--no-parallel-scavenge'];
