/**
 * Options of Node that the service is started with, to keep its memory small beside what they cost in CPU (docs/performance.md, Memory).
 *
 * V8 would let the young generation of each thread grow to 128 MB, and the old one to four times what lives in it before it looks for
 * garbage. What lives here is small (caches with bounds); what is thrown away is each request's.
 */
export const serviceFlags = ['--max-semi-space-size=16', '--heap-growing-percent=40'];
