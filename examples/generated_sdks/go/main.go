package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
	"pulumi-glue-session/sdk/go/gluesession"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		sessionId := pulumi.String(config.Require(ctx, "sessionId"))

		session, err := gluesession.NewSession(ctx, "analytics", &gluesession.SessionArgs{
			SessionId: sessionId,
			WaitFor:   pulumi.StringArray{gluesession.SessionStatusREADY},
			Timeout:   pulumi.String("10m"),
			Expect: pulumi.Map{
				"glueVersion": pulumi.StringMap{"atLeast": pulumi.String("5.0")},
			},
		})
		if err != nil {
			return err
		}
		found := gluesession.LookupSessionOutput(ctx, gluesession.LookupSessionOutputArgs{SessionId: sessionId})

		ctx.Export("status", session.Status)
		ctx.Export("role", session.Role)
		ctx.Export("idleTimeout", found.IdleTimeout())
		return nil
	})
}
