/** The SDK's Query protocol with a quicker reading of what STS writes; everything else is the SDK's. */
import { AwsQueryProtocol, XmlShapeDeserializer } from '@aws-sdk/core/protocols';
import { readPlainXml } from './read-plain-xml.ts';

export class StsProtocol extends AwsQueryProtocol {
  constructor(options: ConstructorParameters<typeof AwsQueryProtocol>[0]) {
    super(options);
    this.deserializer = new PlainXmlDeserializer(this.deserializer.settings);
  }
}

class PlainXmlDeserializer extends XmlShapeDeserializer {
  protected override parseXml(xml: string): unknown {
    return readPlainXml(xml) ?? super.parseXml(xml);
  }
}
