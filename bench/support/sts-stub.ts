/** A process of its own that answers AssumeRole as fast as Node can: no check, no signature, one template. */
import { createServer } from 'node:http';

const FIXED = 'x'.repeat(900);

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const [, , , , account = '', role = ''] = (form.get('RoleArn') ?? '').split(':');
    const name = role.slice(role.lastIndexOf('/') + 1);
    const session = form.get('RoleSessionName') ?? '';
    const expiration = new Date(
      Date.now() + Number(form.get('DurationSeconds') ?? 3_600) * 1_000,
    ).toISOString();
    const sourceIdentity = form.get('SourceIdentity');
    const identity = sourceIdentity === null ? '' : `<SourceIdentity>${sourceIdentity}</SourceIdentity>`;
    response.writeHead(200, { 'content-type': 'text/xml', 'x-amzn-requestid': 'bench' });
    response.end(
      `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>` +
        `<AssumedRoleUser><AssumedRoleId>AROA:${session}</AssumedRoleId>` +
        `<Arn>arn:aws:sts::${account}:assumed-role/${name}/${session}</Arn></AssumedRoleUser>${identity}` +
        `<Credentials><AccessKeyId>ASIABENCHBENCHBENCH0</AccessKeyId><SecretAccessKey>bench</SecretAccessKey>` +
        `<SessionToken>${FIXED}</SessionToken><Expiration>${expiration}</Expiration></Credentials>` +
        `</AssumeRoleResult><ResponseMetadata><RequestId>bench</RequestId></ResponseMetadata></AssumeRoleResponse>`,
    );
  });
}).listen(Number(process.argv[2]), '127.0.0.1', () => process.stdout.write('ready\n'));
