import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import { errorBody, type RejectionCode } from '@headwater/representations';
import { LD_JSON } from '../replies.js';

interface ClientError extends Error {
  readonly code?: string;
  readonly bytesParsed?: number;
}

/** Answers what is no HTTP, or comes too slowly, or has a head that is too large: such a request reaches no route. */
export function onClientError(error: ClientError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const { status, code, reason } = answerTo(error);
  const body = JSON.stringify(errorBody(code, reason));
  socket.end(
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: ${LD_JSON}\r\n` +
      `content-length: ${String(Buffer.byteLength(body))}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function answerTo({ code }: ClientError): { readonly status: number; readonly code: RejectionCode; readonly reason: string } {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, code: 'MalformedHeaderRejection', reason: 'The path and headers of the request are larger than is accepted.' };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, code: 'MalformedRequestContentRejection', reason: 'The request did not arrive in time.' };
    default:
      return { status: 400, code: 'MalformedRequestContentRejection', reason: 'The request is not valid HTTP.' };
  }
}
