module github.com/${{ values.account }}/${{ values.repository }}

go 1.25

require go.uber.org/zap v1.27.0

require go.uber.org/multierr v1.11.0 // indirect
