import { MongoClient } from 'mongodb';
import { mongoUrl } from './database.js';

/** The primary's own address. */
export async function primaryAddress(): Promise<{ readonly host: string; readonly port: number }> {
  const client = new MongoClient(mongoUrl());
  try {
    const { primary } = await client.db('admin').command({ hello: 1 });
    const { hostname, port } = new URL(`tcp://${String(primary)}`);
    return { host: hostname, port: Number(port) };
  } finally {
    await client.close();
  }
}
