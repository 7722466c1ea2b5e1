// Read by whatever Node the user has, so it keeps to syntax that old ones understand.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    'Headwater needs Node 20.19 or newer to install and build; this is Node ' + process.versions.node + '. See https://nodejs.org.',
  );
  process.exit(1);
}
