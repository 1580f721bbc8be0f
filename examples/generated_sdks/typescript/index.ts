import * as pulumi from "@pulumi/pulumi";
import * as glue from "pulumi-glue-session";

const sessionId = new pulumi.Config().require("sessionId");

const session = new glue.Session("analytics", {
    sessionId,
    waitFor: [glue.SessionStatus.READY],
    timeout: "10m",
    expect: { glueVersion: { atLeast: "5.0" } },
});

export const status = session.status;
export const role = session.role;
export const idleTimeout = glue.getSessionOutput({ sessionId }).idleTimeout;
