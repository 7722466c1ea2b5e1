// Run by mongosh (docker-compose.yml): makes the node a replica set of one where it is none yet, and waits until it takes writes.
const notYetInitialized = 94;

try {
  rs.status();
} catch (error) {
  if (error.code !== notYetInitialized) throw error;
  rs.initiate({ _id: 'rs0', members: [{ _id: 0, host: 'mongo:27017' }] });
}
while (!db.hello().isWritablePrimary) sleep(100);
