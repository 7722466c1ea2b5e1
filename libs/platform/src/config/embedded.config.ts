import { HeadwaterConfig } from '../config.js';
import { IntegerSetting, TextSetting } from '../setting.js';

/** Everything in one process, on a store of its own. */
export class EmbeddedConfig extends HeadwaterConfig {
  @TextSetting({
    name: 'HEADWATER_DATA_DIR',
    usedBy: ['headwater'],
    meaning: 'Folder of the embedded store; made where it is missing.',
  })
  readonly dataDir: string = './data';

  @IntegerSetting({
    name: 'HEADWATER_MAX_DATA_BYTES',
    usedBy: ['headwater'],
    meaning: 'Largest size of the store; writes beyond it are answered 503. 0: no limit but the disk.',
    min: 0,
  })
  readonly maxDataBytes: number = 0;
}
