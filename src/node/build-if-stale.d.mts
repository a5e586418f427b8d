export declare const root: string;
export declare function installIfStale(): void;
export declare function buildIfStale(): void;
