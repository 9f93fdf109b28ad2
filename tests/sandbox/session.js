// The whole session by the published client: node session.js '{"user": "http://...", "api": ..., "portal": ...}'
// Prints what it rented and which numbers it assigned as one line of JSON.
const assert = require('assert');
const http = require('http');
const sinch = require('sinch-request');

const hosts = JSON.parse(process.argv[2]);
const organisationPath = (id) => `/v1/organisations/id/${id}/numbers`;
const applicationPath = (key) => `/v1/applications/key/${key}/numbers`;

function send(host, method, path, content, authorise) {
  const { hostname, port } = new URL(hosts[host]);
  const options = { method, hostname, port, path, headers: {} };
  if (content !== undefined) options.data = JSON.stringify(content);
  authorise(options);
  return new Promise((resolve, reject) => {
    const request = http.request(options, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        if (response.statusCode >= 300) reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
        else resolve(text && JSON.parse(text));
      });
    });
    request.on('error', reject);
    request.setTimeout(10000, () => request.destroy(new Error('no answer')));
    request.end(options.data);
  });
}

async function main(key) {
  const login = '/v1/users/email/demo@example.com/authentication';
  const ticket = await send('user', 'POST', login, { password: 'demo-password' }, (options) => {
    sinch.public(options);
  });
  assert.strictEqual(ticket.user.profile.name.full, 'Jane Bloggs');

  const version = { os: 'node', platform: process.version };
  const { authorization } = ticket;
  const instance = await send('api', 'POST', '/v1/instance', { authorization, version }, (options) =>
    sinch.ticket(options, authorization));
  const signed = (options) => sinch.instanceSigned(options, { key: instance.id, secret: instance.secret });

  const [organisation] = await send('api', 'GET', '/v1/organisations', undefined, signed);
  const list = organisationPath(organisation.id);
  const shop = `${list}/shop`;
  const group = (await send('portal', 'GET', shop, undefined, signed)).find((item) => item.city === 'GÖTEBORG');
  const before = (await send('portal', 'GET', list, undefined, signed)).map((item) => item.number);
  const held = await send('portal', 'PUT', shop, { groupId: group.groupId, quantity: 2 }, signed);
  await send('portal', 'POST', shop, { referenceIds: [held.referenceId] }, signed);
  const after = (await send('portal', 'GET', list, undefined, signed)).map((item) => item.number);
  const rented = after.filter((number) => !before.includes(number));

  const application = applicationPath(key);
  const there = await send('portal', 'PUT', `${application}/voice`, { numbers: rented }, signed);
  assert.deepStrictEqual(there.map((item) => item.number), rented);
  await send('portal', 'DELETE', `${application}/${rented[0]}`, undefined, signed);
  const assigned = await send('portal', 'GET', application, undefined, signed);
  console.log(JSON.stringify({ rented, assigned: assigned.map((item) => item.number) }));
}

main(process.argv[3]).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
