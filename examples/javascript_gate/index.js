// Hold a deployment back until a Glue session is READY.
"use strict";
const pulumi = require("@pulumi/pulumi");

// The SDK creates an output for each of these names.
const outputs = { status: undefined, role: undefined, glueVersion: undefined };

class Session extends pulumi.CustomResource {
    constructor(name, args, opts) {
        super("glue-session:index:Session", name, { ...outputs, ...args }, opts);
    }
}

const sessionId = new pulumi.Config().require("sessionId");
const session = new Session("analytics", {
    sessionId,
    expect: { glueVersion: { atLeast: "5.0" } },
});

const getSession = "glue-session:index:getSession";
const found = pulumi.runtime.invokeOutput(getSession, { sessionId });

exports.status = session.status;
exports.role = session.role;
exports.glueVersion = session.glueVersion;
exports.idleTimeout = found.apply((one) => one.idleTimeout);
