/** The yardstick: a bare server that reads the request and answers the same XML to everybody, as long as STS's. */
import { createServer } from 'node:http';

const ANSWER =
  `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>` +
  `<AccessKeyId>ASIABENCHBENCHBENCH0</AccessKeyId><SecretAccessKey>${'x'.repeat(40)}</SecretAccessKey>` +
  `<SessionToken>${'x'.repeat(340)}</SessionToken><Expiration>2026-11-23T22:00:00Z</Expiration></Credentials>` +
  `<AssumedRoleUser><AssumedRoleId>AROABENCHBENCHBENCH0:session-000</AssumedRoleId>` +
  `<Arn>arn:aws:sts::444455556666:assumed-role/Ec2Operator/session-000</Arn></AssumedRoleUser>` +
  `<PackedPolicySize>8</PackedPolicySize><SessionTokenUtilization>8</SessionTokenUtilization>` +
  `<SessionTokenSize>340</SessionTokenSize></AssumeRoleResult>` +
  `<ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata></AssumeRoleResponse>`;

createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'text/xml' }).end(ANSWER);
  });
}).listen(Number(process.argv[2]), '127.0.0.1', () => process.stdout.write('ready\n'));
